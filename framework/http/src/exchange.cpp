#include "exchange.hpp"

#include "text.hpp"

namespace reel::http {

Exchange::Exchange(const Limits& limits, const Peer& peer) : parser(limits) {
  request->id = random_id();
  request->peer = peer.name;
  request->tls = peer.tls;
}

/// However it ends, whoever feeds a stream of events is told.
Exchange::~Exchange() {
  if (const auto* events = std::get_if<std::shared_ptr<EventStream>>(&response.body); events != nullptr && *events)
    (*events)->abandon();
}

}  // namespace reel::http
