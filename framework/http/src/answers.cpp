#include "answers.hpp"

#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "wire.hpp"

namespace reel::http {
namespace {

void log_fault(base::Level level, const Request& request, const std::string& what) {
  base::log(level, "Request " + request.id + ", " + request.method + " " + std::string(request.path()) + ": " + what,
            {}, request.id);
}

Response wrong_input(const base::InputError& error) {
  std::string detail = error.what();
  if (!error.hint().empty()) detail += " " + error.hint();
  return problem(400, "bad-request", "The request is wrong", detail);
}

Response unavailable() {
  Response response = problem(503, "unavailable", "The service is unavailable for now",
                              "Something that the answer needs cannot be reached. Try again soon.");
  response.headers.set("Retry-After", "5");
  return response;
}

Response internal_error(const Request& request) {
  return problem(500, "internal-error", "The server failed",
                 "The fault is the server's. Its log has more under the request's id, " + request.id + ".");
}

Response attempted(const Request& request, const std::function<Response()>& call) {
  try {
    return call();
  } catch (const Refused& refused) {
    return refused.response();
  } catch (const base::InputError& error) {
    return wrong_input(error);
  } catch (const base::TransientError& error) {
    log_fault(base::Level::warning, request, error.what());
    return unavailable();
  } catch (const base::Error& error) {
    log_fault(base::Level::error, request, error.what() + (error.hint().empty() ? "" : " " + error.hint()));
  } catch (const std::exception& error) {
    log_fault(base::Level::error, request, error.what());
  } catch (...) {
    log_fault(base::Level::error, request, "an exception of no known type");
  }
  return internal_error(request);
}

}  // namespace

Response guarded(const Request& request, const std::function<Response()>& call) {
  Response response = attempted(request, call);
  const std::string fault = fault_in(response);
  if (fault.empty()) return response;
  log_fault(base::Level::error, request, fault);
  return internal_error(request);
}

Response no_route(const Request& request, const std::vector<std::string>& allow) {
  if (allow.empty())
    return problem(404, "not-found", "There is no such resource", "Nothing is served under this path.");
  std::string methods;
  for (const std::string& method : allow) methods += (methods.empty() ? "" : ", ") + method;
  Response response = request.method == "OPTIONS" ? no_content()
                                                  : problem(405, "method-not-allowed", "The method is not allowed",
                                                            "This resource allows " + base::join_words(allow) + ".");
  response.headers.set("Allow", methods);
  return response;
}

Response overloaded() {
  Response response = problem(503, "overloaded", "The server is overloaded", "Too many requests wait. Try again soon.");
  response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace reel::http
