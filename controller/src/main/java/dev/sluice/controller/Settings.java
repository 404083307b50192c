package dev.sluice.controller;

import dev.sluice.controller.lease.Timing;
import dev.sluice.crds.ObjectRef;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the command line asks for; everything is checked before a process is made of it.
///
/// @param kubeconfig empty for the configuration inside a cluster, or the usual default
/// @param namespace the only namespace to watch; empty for all
/// @param crossNamespaceRefs whether a Canary may use objects of another namespace
/// @param metricsServer Prometheus of built-in metrics
/// @param meshProvider for Canaries that name none
/// @param host address to listen on
/// @param port of health and metrics; 0 for any
/// @param intervalFloor no analysis interval is shorter
/// @param scrape how often the metrics server collects
/// @param settle how long a route takes to reach every proxy
/// @param httpProxy through which metrics and webhooks are asked
/// @param selectorLabels labels that tell pods of one workload from another's, in order
/// @param labelPrefixes of labels that a new primary copies; `*` for all
/// @param most passes at once
/// @param slack where alerts of Canaries without alerts of their own go
/// @param eventWebhook where events of Canaries without event webhooks of their own go; secret
/// @param gitDirectory where mirrors of Git repositories are kept
/// @param gitAllowFile whether a GitSync may name a `file:` URL
/// @param gitDefaultServiceAccount who writes for a GitSync that names nobody
/// @param election the lease to hold before working; empty to work always
public record Settings(
    Optional<Path> kubeconfig,
    String namespace,
    boolean crossNamespaceRefs,
    URI metricsServer,
    String meshProvider,
    String host,
    int port,
    Duration intervalFloor,
    Duration settle,
    Duration scrape,
    Optional<URI> httpProxy,
    List<String> selectorLabels,
    List<String> labelPrefixes,
    int most,
    Optional<Slack> slack,
    Optional<URI> eventWebhook,
    String clusterName,
    Path gitDirectory,
    boolean gitAllowFile,
    String gitDefaultServiceAccount,
    Optional<Election> election,
    String version) {

  public Settings {
    selectorLabels = List.copyOf(selectorLabels);
    labelPrefixes = List.copyOf(labelPrefixes);
  }

  /// How processes that share the work choose one.
  ///
  /// @param identity unlike every other process's
  public record Election(ObjectRef lease, String identity, Timing timing) {}

  /// The sink for Canaries that name no alerts of their own.
  ///
  /// @param url secret in itself; never printed
  public record Slack(URI url, String channel, String user, Optional<String> token) {
    @Override
    public String toString() {
      return "Slack " + channel;
    }
  }
}
