package dev.sluice.playground.network;

import dev.sluice.playground.network.HeaderFormat.Facts;
import dev.sluice.playground.network.VirtualService.Changes;
import java.util.List;

/// What the route changes in an answer, whoever gave it.
///
/// @param levels in the order in which they act
/// @param added after them, replacing
record AnswerEdits(RequestHead request, List<Changes> levels, Headers added) {

  Headers apply(int status, Headers answer) {
    var headers = answer;
    var facts = new Facts(request, answer, status);
    for (var level : levels) {
      headers = HeaderRules.apply(level, headers, facts);
    }
    for (var header : added.all()) {
      headers = headers.set(header.name(), header.value());
    }
    return headers;
  }
}
