package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.UserError;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/// The cluster of a person's kubeconfig.
///
/// @param namespace that commands are about unless they name one
public record OpenCluster(KubernetesClient client, String namespace) implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final int TIMEOUT_MILLIS = 10_000;

  private static final ResourceDefinitionContext CANARIES =
      new ResourceDefinitionContext.Builder()
          .withGroup("flagger.app")
          .withVersion("v1beta1")
          .withKind("Canary")
          .withPlural("canaries")
          .withNamespaced(true)
          .build();

  /// @param kubeconfig the one that kubectl would take, if empty
  /// @param context its current one, if empty
  /// @param namespace that of the context, if empty
  /// @throws UserError when no such kubeconfig or context can be used
  public static OpenCluster open(
      Optional<Path> kubeconfig, Optional<String> context, Optional<String> namespace) {
    Config config = config(kubeconfig, context);
    config.setHttp2Disable(true);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setConnectionTimeout(5_000);
    config.setRequestRetryBackoffLimit(0);
    config.setUserAgent("sluice");
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withTaskExecutorSupplier(Executors::newVirtualThreadPerTaskExecutor)
            .build();
    return new OpenCluster(
        client, namespace.or(() -> Optional.ofNullable(config.getNamespace())).orElse("default"));
  }

  private static Config config(Optional<Path> kubeconfig, Optional<String> context) {
    Config config;
    try {
      if (kubeconfig.isPresent() && !Files.isReadable(kubeconfig.get())) {
        throw new UserError(kubeconfig.get() + " cannot be read; check --kubeconfig");
      }
      config =
          kubeconfig.isPresent()
              ? Config.fromKubeconfig(context.orElse(null), kubeconfig.get().toFile())
              : existing(Config.autoConfigure(context.orElse(null)));
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      // What the parser says quotes the file, which holds credentials.
      throw new UserError(
          kubeconfig
              .map(file -> file + " is no kubeconfig that can be used; check --kubeconfig")
              .orElse(
                  "the kubeconfig cannot be used; check KUBECONFIG, --kubeconfig and --context"));
    }
    if (context.isPresent()
        && config.getContexts().stream().noneMatch(c -> c.getName().equals(context.get()))) {
      throw new UserError(
          "the kubeconfig has no context %s; known: %s"
              .formatted(
                  context.get(),
                  config.getContexts().stream()
                      .map(NamedContext::getName)
                      .collect(Collectors.joining(", "))));
    }
    return config;
  }

  /// @return it, if it leads anywhere
  /// @throws UserError when there is neither a kubeconfig nor a cluster around, and nobody has
  ///   named a server either
  static Config existing(Config config) {
    boolean isOfPod = config.getAutoOAuthToken() != null;
    if (config.getContexts().isEmpty()
        && !isOfPod
        && config.getMasterUrl().startsWith(Config.DEFAULT_MASTER_URL)) {
      throw new UserError("there is no kubeconfig; name one with --kubeconfig or KUBECONFIG");
    }
    return config;
  }

  MixedOperation<
          GenericKubernetesResource,
          io.fabric8.kubernetes.api.model.GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      canaries() {
    return client.genericKubernetesResources(CANARIES);
  }

  Resource<GenericKubernetesResource> canary(String name) {
    return canaries().inNamespace(namespace).withName(name);
  }

  /// Any object of the namespace.
  Resource<GenericKubernetesResource> object(
      String group, String version, String kind, String plural, String name) {
    return client
        .genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build())
        .inNamespace(namespace)
        .withName(name);
  }

  /// @throws UserError when there is none of that name, naming one that was perhaps meant
  public JsonNode read(String name) {
    GenericKubernetesResource found = canary(name).get();
    if (found == null) {
      throw new UserError(unknown(name));
    }
    return tree(found);
  }

  static JsonNode tree(Object object) {
    return JSON.valueToTree(object);
  }

  private String unknown(String name) {
    List<String> known =
        canaries().inNamespace(namespace).list().getItems().stream()
            .map(canary -> canary.getMetadata().getName())
            .sorted(Comparator.comparingInt(other -> distance(name, other)))
            .toList();
    if (known.isEmpty()) {
      return "there is no Canary in namespace %s; name another with -n, or list all of them with ./sluice get canaries -A"
          .formatted(namespace);
    }
    boolean close = distance(name, known.getFirst()) <= Math.max(2, name.length() / 3);
    return "there is no Canary %s in namespace %s; %s"
        .formatted(
            name,
            namespace,
            close
                ? "did you mean %s?".formatted(known.getFirst())
                : "there are "
                    + known.stream().limit(10).sorted().collect(Collectors.joining(", ")));
  }

  /// How many letters two names differ by.
  static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int changed = one.charAt(i - 1) == other.charAt(j - 1) ? diagonal : diagonal + 1;
        row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[other.length()];
  }

  /// Who the API server takes this person for; empty when it does not say.
  public String user() {
    try {
      String review =
          client.raw(
              "/apis/authentication.k8s.io/v1/selfsubjectreviews",
              "POST",
              "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}");
      return review == null ? "" : JSON.readTree(review).at("/status/userInfo/username").asText("");
    } catch (KubernetesClientException | IOException e) {
      // Old servers do not know the question; a command without a name is one all the same.
      return "";
    }
  }

  /// What went wrong with a call, in one line for a person.
  public UserError explained(KubernetesClientException e) {
    if (e.getStatus() == null || e.getStatus().getMessage() == null) {
      return new UserError(
          "the cluster at %s cannot be reached (%s); check --kubeconfig and --context"
              .formatted(client.getConfiguration().getMasterUrl(), why(e)));
    }
    String why = e.getStatus().getMessage();
    return switch (e.getCode()) {
      case 401 -> new UserError("the cluster does not know you: " + why);
      case 403 -> new UserError("you may not do that: " + why);
      case 404 -> new UserError("this cluster has no Canaries; is Sluice installed? (" + why + ")");
      default -> new UserError("the API server refused: " + why);
    };
  }

  /// Why a server was not reached, in the words people know: many of these exceptions have none.
  private static String why(Throwable failure) {
    String said = failure.getClass().getSimpleName();
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      switch (cause) {
        case UnknownHostException _, UnresolvedAddressException _ -> {
          return "unknown host";
        }
        case HttpTimeoutException _, SocketTimeoutException _ -> {
          return "no answer in time";
        }
        case ConnectException _ -> said = "connection refused";
        default -> said = cause.getMessage() == null ? said : cause.getMessage();
      }
    }
    return said;
  }

  @Override
  public void close() {
    client.close();
  }
}
