/// Sending a file to a server, by tus 1.0.
#pragma once

#include <cstdint>
#include <filesystem>

#include "progress.hpp"
#include "remote/client.hpp"

namespace reel::cli::remote {

/// Uploads `file` and returns the number of the video that it became, which the server has yet to inspect. After a lost connection it
/// goes on where the server stands, for as long as there is progress within the client's patience. Memory does not grow with the file. Throws
/// base::InputError if the file cannot be read or changes meanwhile; when it throws, the server is asked to forget the upload.
std::int64_t upload(Client& client, const std::filesystem::path& file, ProgressView& view);

/// Waits until the server has looked at the video. Throws base::InputError with its reason if it is rejected.
void await_inspection(Client& client, std::int64_t video, const std::string& name);

}  // namespace reel::cli::remote
