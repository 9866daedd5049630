/// Runs a neural network.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace reel::removal {

/// What goes into a network: CV_32F, with as many dimensions as it says. Without a name: its first input.
struct NetworkInput {
  std::string name;
  cv::Mat values;
};

/// An ONNX file that is ready to run. One thread at a time.
class Network {
 public:
  virtual ~Network() = default;
  /// The outputs of those names, CV_32F, with as many dimensions as the network says. Throws Error.
  virtual std::vector<cv::Mat> run(const std::vector<NetworkInput>& inputs,
                                   const std::vector<std::string>& outputs) = 0;
};

/// By ONNX Runtime where that is installed, else by OpenCV. Throws Error where the file is no network, or one that cannot be run.
std::unique_ptr<Network> open_network(const std::filesystem::path& file);

/// Null: the library does not lie beside the models.
std::unique_ptr<Network> open_by_onnx_runtime(const std::filesystem::path& file);
std::unique_ptr<Network> open_by_opencv(const std::filesystem::path& file);

}  // namespace reel::removal
