package dev.sluice.playground.demo;

import java.util.List;

/// Where a person watches the demo. Thread-safe.
public sealed interface Screen permits LiveScreen, PlainScreen {

  /// Something worth a line of its own, such as the end of the controller.
  void note(String text);

  /// The present state, several times a second.
  void show(View view, List<String> below);
}
