package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.ObjectKey;
import java.util.Comparator;

/// What has to be there before what. Applying goes up, pruning goes down.
public enum Order {
  /// Other objects cannot even be named before these are there and ready.
  FOUNDATIONS,
  /// Classes, accounts, roles, quotas.
  POLICIES,
  /// What pods read and are reached by.
  CONFIG,
  WORKLOADS,
  /// Custom resources and everything without a place of its own.
  OTHERS,
  /// Rollouts, after the workloads and the templates they speak of.
  ROLLOUTS,
  /// Webhooks may refuse everything written after them.
  GATES;

  /// By stage, then by kind where it matters, then by name.
  public static final Comparator<ObjectKey> APPLYING =
      Comparator.comparing(Order::of)
          .thenComparingInt(Order::within)
          .thenComparing(Comparator.naturalOrder());

  public static Order of(ObjectKey key) {
    return switch (key.group()) {
      case "" ->
          switch (key.kind()) {
            case "Namespace" -> FOUNDATIONS;
            case "ServiceAccount", "ResourceQuota", "LimitRange" -> POLICIES;
            case "ConfigMap",
                "Secret",
                "Service",
                "Endpoints",
                "PersistentVolume",
                "PersistentVolumeClaim" ->
                CONFIG;
            case "Pod", "ReplicationController" -> WORKLOADS;
            default -> OTHERS;
          };
      case "apiextensions.k8s.io" -> FOUNDATIONS;
      case "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io" -> POLICIES;
      case "networking.k8s.io", "policy", "discovery.k8s.io" ->
          key.kind().endsWith("Class") ? POLICIES : CONFIG;
      case "apps", "batch" -> WORKLOADS;
      case "flagger.app" -> key.kind().equals("Canary") ? ROLLOUTS : OTHERS;
      case "admissionregistration.k8s.io" -> GATES;
      default -> key.kind().endsWith("Class") ? POLICIES : OTHERS;
    };
  }

  private static int within(ObjectKey key) {
    return switch (key.kind()) {
      case "CustomResourceDefinition",
          "ServiceAccount",
          "ClusterRole",
          "Role",
          "ConfigMap",
          "Secret" ->
          0;
      case "Service" -> 2;
      default -> 1;
    };
  }
}
