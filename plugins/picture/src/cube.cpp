#include "cube.hpp"

#include <fstream>
#include <reel/types.hpp>
#include <sstream>

namespace reel::picture {

namespace {

constexpr int largest_curve = 65536, largest_lattice = 256;

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw Error("lut: cannot read the file '" + path + "'; give the path of a .cube file");
  }

  Cube read() {
    for (std::string line; std::getline(file_, line);) {
      ++line_;
      if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      line.resize(std::min(line.find('#'), line.size()));
      for (char& c : line)
        if (c == '\t' || c == '\r') c = ' ';
      const auto words = detail::split(line, ' ');
      if (words.empty()) continue;
      const char first = words.front().front();
      if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z'))
        keyword(words);
      else
        entry(words);
    }
    check_complete();
    return std::move(cube_);
  }

 private:
  using Words = std::vector<std::string_view>;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(path_ + ":" + std::to_string(line_) + ": " + what);
  }

  double number(std::string_view text) const {
    const auto value = detail::parse_number(text.starts_with('+') ? text.substr(1) : text);
    if (!value) fail("expected a number, found '" + std::string(text) + "'");
    return *value;
  }

  std::array<double, 3> triple(const Words& words, std::size_t from) const {
    if (words.size() != from + 3)
      fail("expected three numbers" + (from > 0 ? " after " + std::string(words[0]) : std::string()) + ", found " +
           std::to_string(words.size() - from));
    return {number(words[from]), number(words[from + 1]), number(words[from + 2])};
  }

  /// Keywords that are not known are another program's: they say nothing about the table.
  void keyword(const Words& words) {
    if (entries() > 0) fail("expected three numbers, found '" + std::string(words[0]) + "' amid the table");
    if (words[0] == "LUT_1D_SIZE")
      curve_size_ = size(words, largest_curve);
    else if (words[0] == "LUT_3D_SIZE")
      cube_.size = size(words, largest_lattice);
    else if (words[0] == "DOMAIN_MIN")
      cube_.curve_range.low = cube_.lattice_range.low = triple(words, 1);
    else if (words[0] == "DOMAIN_MAX")
      cube_.curve_range.high = cube_.lattice_range.high = triple(words, 1);
    else if (words[0] == "LUT_1D_INPUT_RANGE")
      cube_.curve_range = range(words);
    else if (words[0] == "LUT_3D_INPUT_RANGE")
      cube_.lattice_range = range(words);
  }

  int size(const Words& words, int largest) const {
    const double value = words.size() == 2 ? number(words[1]) : 0;
    if (value < 2 || value > largest || value != std::floor(value))
      fail(std::string(words[0]) + " takes one whole number from 2 to " + std::to_string(largest));
    return static_cast<int>(value);
  }

  Cube::Range range(const Words& words) const {
    if (words.size() != 3) fail(std::string(words[0]) + " takes two numbers, the lowest and the highest input");
    const double low = number(words[1]), high = number(words[2]);
    return {{low, low, low}, {high, high, high}};
  }

  std::size_t entries() const { return cube_.curve.size() + cube_.lattice.size(); }
  std::size_t lattice_entries() const {
    const auto n = static_cast<std::size_t>(cube_.size);
    return n * n * n;
  }
  std::string wanted() const {
    std::string text;
    if (curve_size_ > 0) text = "LUT_1D_SIZE " + std::to_string(curve_size_);
    if (cube_.size > 0) text += (text.empty() ? "" : " and ") + ("LUT_3D_SIZE " + std::to_string(cube_.size));
    return text;
  }

  void entry(const Words& words) {
    if (curve_size_ == 0 && cube_.size == 0) fail("expected LUT_1D_SIZE or LUT_3D_SIZE before the table");
    if (entries() == 0) check_ranges();
    const auto v = triple(words, 0);
    const Node node{static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2]), 0};
    if (cube_.curve.size() < static_cast<std::size_t>(curve_size_))
      cube_.curve.push_back(node);
    else if (cube_.lattice.size() < lattice_entries())
      cube_.lattice.push_back(node);
    else
      fail("one line too many: " + wanted() + " asks for " + std::to_string(entries()) + " lines of three numbers");
  }

  void check_ranges() const {
    for (const Cube::Range& r : {cube_.curve_range, cube_.lattice_range})
      for (std::size_t i = 0; i < 3; ++i)
        if (r.low[i] >= r.high[i]) fail("the table's domain is empty: its minimum must be below its maximum");
  }

  void check_complete() const {
    const std::size_t all = static_cast<std::size_t>(curve_size_) + lattice_entries();
    if (all == 0) fail("expected LUT_1D_SIZE or LUT_3D_SIZE, found none: is this a .cube file?");
    if (entries() < all)
      fail("the file ends too early: " + wanted() + " asks for " + std::to_string(all) +
           " lines of three numbers, found " + std::to_string(entries()));
  }

  std::string path_;
  std::ifstream file_;
  int line_ = 0, curve_size_ = 0;
  Cube cube_;
};

}  // namespace

Cube read_cube(const std::string& path) { return Reader(path).read(); }

}  // namespace reel::picture
