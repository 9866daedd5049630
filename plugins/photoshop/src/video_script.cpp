#include "video_script.hpp"

#include <glib.h>

#include <array>
#include <cmath>

#include "reel/task.hpp"
#include "text.hpp"

namespace reel::photoshop {

namespace {

/// What does the work; the data stand before it.
constexpr const char* program = R"js(
function id(name) { return stringIDToTypeID(name); }

// Paths may be relative to the folder of this script. File takes them for URIs and would decode what looks encoded.
function fileOf(video) {
  var path = video.path.replace(/%/g, "%25");
  var absolute = video.path.charAt(0) === "/" || video.path.charAt(0) === "~" ||
      video.path.charAt(0) === "\\" || video.path.charAt(1) === ":";
  var file = new File(absolute ? path : new File($.fileName).parent.absoluteURI + "/" + path);
  if (!file.exists) { throw new Error("There is no file " + file.fsName); }
  return file;
}

function addVideoLayer(video) {
  var files = new ActionList();
  files.putPath(fileOf(video));
  var action = new ActionDescriptor();
  action.putList(id("fileList"), files);
  executeAction(id("addLayerFromFile"), action, DialogModes.NO);
  var layer = app.activeDocument.activeLayer;
  layer.move(app.activeDocument, ElementPlacement.PLACEATBEGINNING);
  layer.name = video.name;
  return layer;
}

function setFrameRate(rate) {
  var timeline = new ActionReference();
  timeline.putProperty(id("property"), id("documentTimelineSettings"));
  timeline.putClass(id("timeline"));
  var action = new ActionDescriptor();
  action.putReference(id("null"), timeline);
  action.putDouble(id("frameRate"), rate);
  executeAction(id("set"), action, DialogModes.NO);
}

function invert() {
  var what = new ActionDescriptor();
  what.putClass(id("type"), id("invert"));
  var layer = new ActionReference();
  layer.putClass(id("adjustmentLayer"));
  var action = new ActionDescriptor();
  action.putReference(id("null"), layer);
  action.putObject(id("using"), id("adjustmentLayer"), what);
  executeAction(id("make"), action, DialogModes.NO);
}

function groupOf(name, mode, layers) {
  var group = app.activeDocument.layerSets.add();
  group.name = name;
  group.blendMode = mode;
  for (var i = 0; i < layers.length; i += 1) { layers[i].move(group, ElementPlacement.PLACEATBEGINNING); }
  app.activeDocument.activeLayer = group;
}

// Below: what lies there, times one less the mask. Above: the video, times the mask. Both are added.
function applyMask(video) {
  var hole = addVideoLayer(mask);
  invert();
  groupOf(mask.name + " (inverted)", BlendMode.MULTIPLY, [hole, app.activeDocument.activeLayer]);
  var shown = addVideoLayer(video);
  var light = addVideoLayer(mask);
  light.blendMode = BlendMode.MULTIPLY;
  groupOf(video.name, BlendMode.LINEARDODGE, [shown, light]);
}

function main() {
  app.bringToFront();
  app.open(fileOf(videos[0]));
  app.activeDocument.activeLayer.name = videos[0].name;
  if (frameRate > 0) { setFrameRate(frameRate); }
  for (var i = 1; i < videos.length; i += 1) {
    if (mask && i === videos.length - 1) { applyMask(videos[i]); } else { addVideoLayer(videos[i]); }
  }
}

try { main(); } catch (problem) { alert("The videos cannot be opened: " + problem.message); }
)js";

std::string object(const reel_video_layer& video) {
  const std::string name = valid_utf8(video.name), path = valid_utf8(video.path);
  if (path.empty()) throw ExtensionError(REEL_ERROR_INVALID, "a video of the script has no path");
  return "{ name: " + javascript(name.empty() ? path : name) + ", path: " + javascript(path) + " }";
}

std::string number(double value) {
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
  return g_ascii_dtostr(text.data(), text.size(), value);
}

}  // namespace

std::string video_script(std::span<const reel_video_layer> layers, const reel_video_layer* mask,
                         double frames_per_second) {
  if (layers.empty()) throw ExtensionError(REEL_ERROR_INVALID, "a script needs at least one video");
  if (mask != nullptr && layers.size() < 2)
    throw ExtensionError(REEL_ERROR_INVALID, "a mask needs a video above another one");
  if (!std::isfinite(frames_per_second) || frames_per_second < 0)
    throw ExtensionError(REEL_ERROR_INVALID, "the rate of pictures is no number of 0 or more");
  std::string videos;
  for (const reel_video_layer& layer : layers) videos += (videos.empty() ? "\n  " : ",\n  ") + object(layer);
  return "// Photoshop: File > Scripts > Browse\n//@target photoshop\n\nvar videos = [" + videos +
         "\n];\nvar mask = " + (mask == nullptr ? "null" : object(*mask)) +
         ";\nvar frameRate = " + number(frames_per_second) + ";\n" + program;
}

}  // namespace reel::photoshop
