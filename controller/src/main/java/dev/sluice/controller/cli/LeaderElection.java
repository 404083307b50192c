package dev.sluice.controller.cli;

import dev.sluice.controller.Settings;
import dev.sluice.controller.lease.Timing;
import dev.sluice.crds.ObjectRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Flags about the lease that several replicas share.
final class LeaderElection {
  /// What a Pod finds about the namespace it runs in.
  private static final Path OWN_NAMESPACE =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  /// Whether the lease decides who works.
  enum Mode {
    auto,
    on,
    off
  }

  @Option(
      names = "--leader-election",
      paramLabel = "MODE",
      defaultValue = "auto",
      description =
          "Whether replicas share a Lease, whose holder alone works: ${COMPLETION-CANDIDATES}."
              + " auto is on inside a cluster and off with --kubeconfig.")
  Mode mode;

  @Option(
      names = "--leader-election-name",
      paramLabel = "NAME",
      defaultValue = "sluice",
      description = "Name of the Lease.")
  String name;

  @Option(
      names = "--leader-election-namespace",
      paramLabel = "NS",
      description = "Namespace of the Lease; the Pod's own when absent.")
  @Nullable String namespace;

  @Option(
      names = "--leader-election-identity",
      paramLabel = "ID",
      description =
          "Name of this process in the Lease, unlike every other's; host name and a random part"
              + " when absent.")
  @Nullable String identity;

  @Option(
      names = "--leader-election-lease-duration",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "After this time without renewal another replica takes over.")
  Duration leaseDuration;

  @Option(
      names = "--leader-election-renew-deadline",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "After this time without renewal the leader stops writing.")
  Duration renewDeadline;

  @Option(
      names = "--leader-election-retry-period",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description = "Time between two renewals; those that stand by look twice as often.")
  Duration retryPeriod;

  /// @param outside whether a kubeconfig was named
  /// @throws IllegalArgumentException naming the flag
  Optional<Settings.Election> settings(boolean outside) {
    return settings(outside, OWN_NAMESPACE, System.getenv());
  }

  Optional<Settings.Election> settings(
      boolean outside, Path ownNamespace, Map<String, String> environment) {
    boolean inCluster = !outside && Files.isReadable(ownNamespace);
    if (mode == Mode.off || (mode == Mode.auto && !inCluster)) {
      return Optional.empty();
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("--leader-election-name: '" + name + "' is not a name");
    }
    Timing timing;
    try {
      timing = new Timing(leaseDuration, renewDeadline, retryPeriod);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--leader-election-*: " + e.getMessage(), e);
    }
    return Optional.of(
        new Settings.Election(
            new ObjectRef(namespace(inCluster, ownNamespace), name),
            identity == null || identity.isBlank() ? identity(environment) : identity.strip(),
            timing));
  }

  private String namespace(boolean inCluster, Path ownNamespace) {
    if (namespace != null && !namespace.isBlank()) {
      return namespace.strip();
    }
    if (inCluster) {
      try {
        return Files.readString(ownNamespace).strip();
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "--leader-election-namespace is needed: " + ownNamespace + " cannot be read", e);
      }
    }
    throw new IllegalArgumentException(
        "--leader-election-namespace is needed with --leader-election=on outside a cluster");
  }

  /// In a Pod the host's name is the Pod's. The random part tells a process from the one that ran
  /// in the same Pod before it.
  private static String identity(Map<String, String> environment) {
    String host = environment.getOrDefault("HOSTNAME", "");
    if (host.isBlank()) {
      try {
        host = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        host = "sluice";
      }
    }
    return host + "_" + UUID.randomUUID();
  }
}
