#include "model/network.hpp"

#include <opencv2/dnn.hpp>
#include <reel/types.hpp>

namespace reel::removal {
namespace {

std::string wrong(const std::filesystem::path& file, const cv::Exception& fault) {
  return "the model " + file.string() + " cannot be run by OpenCV " CV_VERSION ": " + fault.err;
}

class OpenCvNetwork final : public Network {
 public:
  explicit OpenCvNetwork(const std::filesystem::path& file) try
      : file_(file), net_(cv::dnn::readNetFromONNX(file.string())) {
  } catch (const cv::Exception& fault) {
    throw Error(wrong(file, fault));
  }

  std::vector<cv::Mat> run(const std::vector<NetworkInput>& inputs, const std::vector<std::string>& outputs) override {
    try {
      for (const NetworkInput& input : inputs) net_.setInput(input.values, input.name);
      std::vector<cv::Mat> made;
      net_.forward(made, outputs);
      for (cv::Mat& one : made) one = one.clone();  // the next run writes over it
      return made;
    } catch (const cv::Exception& fault) {
      throw Error(wrong(file_, fault));
    }
  }

 private:
  std::filesystem::path file_;
  cv::dnn::Net net_;
};

}  // namespace

std::unique_ptr<Network> open_by_opencv(const std::filesystem::path& file) {
  return std::make_unique<OpenCvNetwork>(file);
}

std::unique_ptr<Network> open_network(const std::filesystem::path& file) {
  std::unique_ptr<Network> network = open_by_onnx_runtime(file);
  return network ? std::move(network) : open_by_opencv(file);
}

}  // namespace reel::removal
