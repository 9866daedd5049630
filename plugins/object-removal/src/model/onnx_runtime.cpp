/// ONNX Runtime, which no Debian 12 package has: its library is opened where it lies beside the models, and its C interface is declared here, as far
/// as it is needed.
#include <dlfcn.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <reel/types.hpp>

#include "model/description.hpp"
#include "model/network.hpp"

namespace reel::removal {
namespace {

/// The interface is a table of functions that only ever grows at its end: a function stays where it is. This much is of version 1.
enum Entry : std::size_t {
  get_error_message = 2,
  create_env = 3,
  create_session = 7,
  run_session = 9,
  create_session_options = 10,
  session_get_input_name = 36,
  create_tensor_with_data = 49,
  get_tensor_mutable_data = 51,
  get_tensor_element_type = 60,
  get_dimensions_count = 61,
  get_dimensions = 62,
  get_tensor_type_and_shape = 65,
  create_cpu_memory_info = 69,
  allocator_free = 76,
  get_allocator_with_default_options = 78,
  release_env = 92,
  release_status = 93,
  release_memory_info = 94,
  release_session = 95,
  release_value = 96,
  release_tensor_info = 99,
  release_session_options = 100,
};

constexpr int log_errors = 3, element_float = 1, arena_allocator = 1, default_memory = 0;

using Handle = std::unique_ptr<void, std::function<void(void*)>>;

/// The library, opened once and never closed.
class Runtime {
 public:
  /// Null: it is not there.
  static const Runtime* instance() {
    static const std::unique_ptr<Runtime> runtime = open();
    return runtime.get();
  }

  /// A function of the table that returns nothing, or nothing that matters.
  template <class... Arguments>
  void call(Entry entry, Arguments... arguments) const {
    reinterpret_cast<void (*)(Arguments...)>(table_[entry])(arguments...);
  }

  /// A function of the table that may fail; throws Error.
  template <class... Arguments>
  void must(Entry entry, Arguments... arguments) const {
    void* const status = reinterpret_cast<void* (*)(Arguments...)>(table_[entry])(arguments...);
    if (status == nullptr) return;
    const std::string message = reinterpret_cast<const char* (*)(const void*)>(table_[get_error_message])(status);
    call(release_status, status);
    throw Error("ONNX Runtime: " + message);
  }

  /// What a function makes through its last argument.
  template <class... Arguments>
  Handle make(Entry entry, Entry release, Arguments... arguments) const {
    void* made = nullptr;
    must(entry, arguments..., &made);
    return {made, [this, release](void* handle) { call(release, handle); }};
  }

 private:
  struct Base {
    const void* const* (*get_api)(std::uint32_t version);
    const char* (*get_version)();
  };

  explicit Runtime(const void* const* table) : table_(table) {}

  static std::unique_ptr<Runtime> open() {
    if (models_folder().empty()) return nullptr;
    void* const library = dlopen((models_folder() / "libonnxruntime.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    const auto get_base = reinterpret_cast<const Base* (*)()>(dlsym(library, "OrtGetApiBase"));
    const void* const* const table = get_base != nullptr ? get_base()->get_api(1) : nullptr;
    return table == nullptr ? nullptr : std::unique_ptr<Runtime>(new Runtime(table));
  }

  const void* const* table_;
};

class OrtNetwork final : public Network {
 public:
  OrtNetwork(const Runtime& runtime, const std::filesystem::path& file) : ort_(runtime) {
    env_ = ort_.make(create_env, release_env, log_errors, "reelwork");
    const Handle options = ort_.make(create_session_options, release_session_options);
    session_ =
        ort_.make(create_session, release_session, env_.get(), file.c_str(), static_cast<const void*>(options.get()));
    memory_ = ort_.make(create_cpu_memory_info, release_memory_info, arena_allocator, default_memory);
    void* allocator = nullptr;
    ort_.must(get_allocator_with_default_options, &allocator);
    char* name = nullptr;
    ort_.must(session_get_input_name, static_cast<const void*>(session_.get()), std::size_t{0}, allocator, &name);
    input_ = name;
    ort_.must(allocator_free, allocator, static_cast<void*>(name));
  }

  std::vector<cv::Mat> run(const std::vector<NetworkInput>& inputs, const std::vector<std::string>& outputs) override {
    std::vector<Handle> tensors;
    std::vector<const char*> input_names;
    std::vector<const void*> values;
    for (const auto& [name, input] : inputs) {
      tensors.push_back(tensor(input));
      input_names.push_back(name.empty() ? input_.c_str() : name.c_str());
      values.push_back(tensors.back().get());
    }
    std::vector<const char*> names;
    for (const std::string& name : outputs) names.push_back(name.c_str());
    std::vector<void*> made(outputs.size());
    ort_.must(run_session, session_.get(), static_cast<const void*>(nullptr),
              static_cast<const char* const*>(input_names.data()), static_cast<const void* const*>(values.data()),
              values.size(), static_cast<const char* const*>(names.data()), names.size(), made.data());
    std::vector<Handle> held;
    for (void* const one : made) held.emplace_back(one, [this](void* h) { ort_.call(release_value, h); });
    std::vector<cv::Mat> results;
    for (const Handle& one : held) results.push_back(matrix(one.get()));
    return results;
  }

 private:
  /// Over the same numbers.
  Handle tensor(const cv::Mat& values) const {
    const std::vector<std::int64_t> shape(values.size.p, values.size.p + values.dims);
    return ort_.make(create_tensor_with_data, release_value, static_cast<const void*>(memory_.get()),
                     static_cast<void*>(values.data), values.total() * sizeof(float), shape.data(), shape.size(),
                     element_float);
  }

  cv::Mat matrix(void* value) const {
    const Handle info = ort_.make(get_tensor_type_and_shape, release_tensor_info, static_cast<const void*>(value));
    const void* const known = info.get();
    int type = 0;
    std::size_t count = 0;
    ort_.must(get_tensor_element_type, known, &type);
    ort_.must(get_dimensions_count, known, &count);
    std::vector<std::int64_t> shape(count);
    ort_.must(get_dimensions, known, shape.data(), count);
    if (type != element_float || count < 1) throw Error("the model's output has to consist of numbers of type float32");
    void* data = nullptr;
    ort_.must(get_tensor_mutable_data, value, &data);
    const std::vector<int> sizes(shape.begin(), shape.end());
    return cv::Mat(static_cast<int>(count), sizes.data(), CV_32F, data).clone();
  }

  const Runtime& ort_;
  Handle env_, session_, memory_;
  std::string input_;
};

}  // namespace

std::unique_ptr<Network> open_by_onnx_runtime(const std::filesystem::path& file) {
  const Runtime* const runtime = Runtime::instance();
  if (runtime == nullptr) return nullptr;
  try {
    return std::make_unique<OrtNetwork>(*runtime, file);
  } catch (const Error& fault) {
    throw Error("the model " + file.string() + " cannot be run: " + fault.what());
  }
}

}  // namespace reel::removal
