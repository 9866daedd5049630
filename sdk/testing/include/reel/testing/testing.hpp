/// The test kit of the SDK: made-up pictures and sound (picture.hpp, run.hpp), graphs of any shape
/// (graph.hpp), and reference answers by ffmpeg where it is installed (ffmpeg.hpp). Link
/// `Reelwork::sdk_testing`.
#pragma once

#include "reel/testing/ffmpeg.hpp"
#include "reel/testing/graph.hpp"
#include "reel/testing/picture.hpp"
#include "reel/testing/run.hpp"
