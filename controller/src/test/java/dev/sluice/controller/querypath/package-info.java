/// The whole way of a judgement's numbers: requests over HTTP through the playground's network,
/// counters, a real Prometheus in a container, the queries, the verdict.
package dev.sluice.controller.querypath;
