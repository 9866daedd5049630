#include <array>

#include "reel/base/error.hpp"
#include "reel/service/runner_job.hpp"
#include "runner_json.hpp"

namespace nlohmann {

template <>
struct adl_serializer<std::chrono::seconds> {
  static void to_json(json& j, std::chrono::seconds s) { j = s.count(); }
  static void from_json(const json& j, std::chrono::seconds& s) { s = std::chrono::seconds(j.get<std::int64_t>()); }
};

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& value) { j = value ? json(*value) : json(nullptr); }
  static void from_json(const json& j, std::optional<T>& value) {
    value = j.is_null() ? std::nullopt : std::optional<T>(j.get<T>());
  }
};

}  // namespace nlohmann

namespace reel::service {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunnerLimits, memory_bytes, disk_bytes, wall, cpu, silence, open_files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunnerSetup, program, plugin_folders, allow_stages, deny_stages, allow_schemes,
                                   deny_schemes, registry_folder, user)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunJob, name, yaml, params, inputs, made, output_folder, secrets, span_cache,
                                   span_cache_bytes, stall, network)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InspectJob, file, name, output_folder)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProvideJob, library, secrets, variables, internal, output_folder)

namespace {

/// Of the kinds of jobs, in the order of the variant.
constexpr std::array kinds{"run", "inspect", "checks", "registry", "provide"};

constexpr std::size_t longest_spec = 4'000'000;

}  // namespace

std::string to_line(const RunnerSpec& spec) {
  json line{{"kind", kinds.at(spec.job.index())},
            {"setup", spec.setup},
            {"limits", spec.limits},
            {"work_folder", spec.work_folder},
            {"parent", spec.parent}};
  if (const auto* const run = std::get_if<RunJob>(&spec.job)) line["job"] = *run;
  if (const auto* const inspect = std::get_if<InspectJob>(&spec.job)) line["job"] = *inspect;
  if (const auto* const provide = std::get_if<ProvideJob>(&spec.job)) line["job"] = *provide;
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

RunnerSpec read_spec(std::string_view line) {
  const json object = parse_object(line, longest_spec);
  RunnerSpec spec;
  try {
    const std::string kind = object.at("kind");
    if (kind == kinds[0])
      spec.job = object.at("job").get<RunJob>();
    else if (kind == kinds[1])
      spec.job = object.at("job").get<InspectJob>();
    else if (kind == kinds[2])
      spec.job = ChecksJob{};
    else if (kind == kinds[3])
      spec.job = RegistryJob{};
    else if (kind == kinds[4])
      spec.job = object.at("job").get<ProvideJob>();
    else
      throw base::InputError("the kind of job '" + kind + "', expected run, inspect, checks, registry or provide");
    spec.setup = object.at("setup").get<RunnerSetup>();
    spec.limits = object.at("limits").get<RunnerLimits>();
    spec.work_folder = object.at("work_folder").get<std::filesystem::path>();
    spec.parent = object.at("parent").get<int>();
  } catch (const json::exception& e) {
    throw base::InputError(std::string("a job that is not as expected: ") + e.what());
  }
  return spec;
}

}  // namespace reel::service
