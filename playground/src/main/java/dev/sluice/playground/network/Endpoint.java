package dev.sluice.playground.network;

import java.util.Map;

/// A ready pod as a target.
///
/// @param port on the pod
/// @param workload name of its Deployment
public record Endpoint(
    String ip,
    int port,
    String pod,
    String namespace,
    String workload,
    Map<String, String> labels) {}
