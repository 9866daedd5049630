#include "media_made.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <utility>

#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/storage.hpp"
#include "reel/engine/probe.hpp"
#include "reel/engine/provided.hpp"
#include "reel/service/file_ledger.hpp"
#include "reel/service/generation.hpp"
#include "reel/store/database.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

/// Long enough for a service's longest queue.
constexpr auto shared_for = std::chrono::hours(24);

/// The part of a stage's input that its provider changes: a clip that is made once, and lies where the service can fetch it while it does.
class Clip final : public service::GenerationInput {
 public:
  Clip(const engine::Prepared& prepared, std::size_t stage, Context& context, service::Ledger& ledger,
       const MakingOptions& options)
      : prepared_(prepared), stage_(stage), context_(context), ledger_(ledger), options_(options) {}

  ~Clip() override {
    std::error_code ignored;
    if (!is_kept_) fs::remove(file_, ignored);
  }
  Clip(const Clip&) = delete;
  Clip& operator=(const Clip&) = delete;

  std::string digest() override {
    if (file_.empty()) make();
    return engine::name_of(file_);
  }

  void put(const std::string& name, base::StopFlag stop) override {
    catalog::StoredUpload upload(place(name), stop);
    std::ifstream in(file_, std::ios::binary);
    std::array<char, 1 << 16> chunk{};
    while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0)
      upload.write({reinterpret_cast<const std::uint8_t*>(chunk.data()), static_cast<std::size_t>(in.gcount())});
    if (!in.eof()) throw base::RunError("cannot read " + file_.string());
    upload.commit();
  }
  std::string address(const std::string& name) override { return catalog::shared_address(place(name), shared_for); }
  void remove(const std::string& name) override { catalog::remove_stored(place(name)); }

 private:
  std::string place(const std::string& name) const {
    const std::string& folder = context_.config().staging;
    return folder + (folder.ends_with('/') ? "" : "/") + name + ".mp4";
  }

  /// The same clip again where it was made before: encoders need not give the same bytes twice, and another clip is another request, which
  /// is paid for.
  void make() {
    const fs::path folder = context_.config().state_folder / "generations" / "inputs";
    fs::create_directories(folder);
    auto pipeline = engine::input_of(prepared_, stage_, {}, context_.catalog());
    const auto name = engine::name_of(pipeline);
    file_ = folder / (name.value_or("secret-" + std::to_string(getpid())) + ".mp4");
    is_kept_ = name.has_value();
    const auto lock = ledger_.lock("input-" + file_.stem().string(), options_.stop);
    std::error_code none;
    if (is_kept_ && fs::exists(file_, none)) return;
    pipeline = engine::input_of(prepared_, stage_, file_, context_.catalog());
    base::log(base::Level::info, "writing the clip that is to be changed", prepared_.pipeline.stages[stage_].id);
    model::Diagnosed diagnosed{pipeline.file, pipeline.text, {}};
    auto prepared = engine::prepare(pipeline, diagnosed);
    if (!prepared) throw InvalidInput{std::move(diagnosed)};
    engine::RunOptions run = options_.run;
    run.verify = false;
    run.render = engine::RenderMode::automatic;
    engine::Run* running = nullptr;
    run.on_progress = [&](const engine::Progress& progress) {
      options_.view.update(progress);
      if (options_.stop != nullptr && *options_.stop) running->stop();
    };
    engine::Run writing(*std::move(prepared), std::move(run));
    running = &writing;
    writing.execute();
  }

  const engine::Prepared& prepared_;
  std::size_t stage_;
  Context& context_;
  service::Ledger& ledger_;
  const MakingOptions& options_;
  fs::path file_;
  bool is_kept_ = true;
};

bool takes_input(const engine::Prepared& prepared, const engine::ProvidedStage& wanted) {
  return !prepared.pipeline.stages[wanted.stage].inputs.empty() &&
         wanted.provider->limits(wanted.provider->prepare(wanted.request)).takes_input;
}

/// Before anything is paid.
void need_staging(const engine::Prepared& prepared, const Context& context) {
  if (!context.config().staging.empty()) return;
  const model::Pipeline& pipeline = prepared.pipeline;
  for (const engine::ProvidedStage& wanted : engine::provided_stages(prepared)) {
    if (!takes_input(prepared, wanted)) continue;
    const std::string service = wanted.provider->limits(wanted.provider->prepare(wanted.request)).service;
    throw InvalidInput{{pipeline.file,
                        pipeline.text,
                        {{model::Severity::error, "no-staging", pipeline.stages[wanted.stage].mark,
                          service + " fetches what it changes from the web, and there is no place for that",
                          "say in the configuration where clips may lie for a while: `staging: s3://BUCKET/FOLDER`"}}}};
  }
}

service::GenerationOptions generation_options(const Context& context, const MakingOptions& options,
                                              const std::string& id) {
  service::GenerationOptions generation;
  generation.folder = context.config().state_folder / "generations" / "made";
  if (options.budget) generation.budget_cents = *options.budget * 100;
  generation.on_look = [&options, id, said = std::string()](const model::Generation& seen) mutable {
    if (std::exchange(said, seen.words) == seen.words) return;
    base::log(base::Level::info, seen.words + (seen.preview.empty() ? "" : "; so far: " + seen.preview), id);
    options.view.update(id, seen);
  };
  generation.check = [](const fs::path& file) { engine::probe(file.string()); };
  return generation;
}

service::GenerationResult make(const engine::Prepared& prepared, const engine::ProvidedStage& wanted, Context& context,
                               service::Ledger& ledger, const MakingOptions& options) {
  const model::Stage& stage = prepared.pipeline.stages[wanted.stage];
  std::optional<Clip> clip;
  if (takes_input(prepared, wanted)) clip.emplace(prepared, wanted.stage, context, ledger, options);
  service::Generator generator(*wanted.provider, ledger, generation_options(context, options, stage.id));
  return generator.make({stage.id, wanted.request, wanted.fresh, clip ? &*clip : nullptr}, options.stop);
}

/// Programs that share a database share what they asked for, and the limits.
class OpenLedger {
 public:
  OpenLedger(const service::Config& config, std::optional<service::RequestId> request) {
    if (!config.database_url) {
      ledger_ = std::make_unique<service::FileLedger>(config.state_folder / "generations" / "calls");
      return;
    }
    store_ = store::Database(config.database_url, config.state_folder).open();
    ledger_ = store_->ledger(store_->accounts().local_user(), request.value_or(0), std::nullopt);
  }
  service::Ledger& get() const { return *ledger_; }

 private:
  std::unique_ptr<service::Store> store_;
  std::unique_ptr<service::Ledger> ledger_;
};

}  // namespace

engine::Prepared with_media_made(engine::Prepared prepared, Context& context, const MakingOptions& options,
                                 std::vector<engine::MadeMedia>& made) {
  need_staging(prepared, context);
  std::unique_ptr<OpenLedger> ledger;
  for (;;) {
    const auto wanted = engine::provided_stages(prepared);
    if (wanted.empty()) return prepared;
    model::Pipeline pipeline = prepared.pipeline;
    if (!ledger) ledger = std::make_unique<OpenLedger>(context.config(), options.request);
    const std::size_t stage = wanted.front().stage;
    const auto result = make(prepared, wanted.front(), context, ledger->get(), options);
    made.push_back({pipeline.stages[stage].id, result.service, result.id, result.cents});
    engine::play_instead(pipeline, stage, result.file, context.catalog());
    model::Diagnosed diagnosed{pipeline.file, pipeline.text, {}};
    auto next = engine::prepare(pipeline, diagnosed);
    if (!next) throw InvalidInput{std::move(diagnosed)};
    prepared = *std::move(next);
  }
}

}  // namespace reel::cli
