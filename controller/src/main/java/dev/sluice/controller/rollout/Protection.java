package dev.sluice.controller.rollout;

/// How pods are protected from drained nodes and other disruptions that Kubernetes can put off.
///
/// @param alike whether the primary's are as the target's are, or nothing is to be done about it
public record Protection(boolean alike) {
  public static final Protection ALIKE = new Protection(true);
}
