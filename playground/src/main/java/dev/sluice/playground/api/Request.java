package dev.sluice.playground.api;

import java.util.ArrayList;
import java.util.List;

/// A call to a resource, understood.
///
/// @param warnings for the client's eyes; added to while the call is served
record Request(
    Call call, RequestPath path, ResourceKind kind, Identity caller, List<String> warnings) {

  static Request of(Call call, RequestPath path, ResourceKind kind, Identity caller) {
    var warnings = new ArrayList<String>();
    kind.definition()
        .map(ResourceKind.Definition::deprecation)
        .filter(text -> !text.isEmpty())
        .ifPresent(warnings::add);
    return new Request(call, path, kind, caller, warnings);
  }

  String namespace() {
    return path.namespace();
  }

  String name() {
    return path.name();
  }
}
