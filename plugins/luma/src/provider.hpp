/// The extension `reel.provider/1` for Luma.
#pragma once

#include <array>
#include <reel/provider.hpp>

namespace reel::luma {

class LumaProvider : public Provider<LumaProvider> {
 public:
  static constexpr std::array stages{"reel-luma", "reel-luma-edit"};
  using Provider::Provider;

  std::string prepare(const ProviderRequest& request) const;
  ProviderLimits limits(const std::string& prepared) const;
  ProviderEstimate estimate(const std::string& prepared) const;
  std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                     const Task& task) const;
  std::string find(const std::string& prepared, const std::string& input, const LostAnswer& lost,
                   const Task& task) const;
  Generation look(const std::string& prepared, const std::string& id, const Task& task) const;
  void fetch(const std::string& prepared, const std::string& id, const std::string& path, const Task& task) const;
};

}  // namespace reel::luma
