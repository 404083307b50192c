package dev.sluice.mesh;

import java.util.List;

/// A mesh that we do not serve; the message names those that we do.
public final class UnknownMesh extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnknownMesh(String name, List<String> known) {
    super("unknown mesh provider '" + name + "'; known: " + String.join(", ", known));
  }
}
