package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.NotWritten;
import dev.sluice.playground.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// What a cluster keeps in order by itself: the roles it begins with, roles that are put together
/// from others, the account and the certificate that every namespace has, what quotas have counted.
final class Upkeep {

  private static final String CONFIG_MAPS = "/configmaps";
  private static final String ROOT_CERTIFICATE = "kube-root-ca.crt";

  /// From a failure to write to the next attempt.
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final State state;
  private final Quotas quotas;
  private final Pace pace;
  private final DueObjects due = new DueObjects();

  Upkeep(State state, Quotas quotas, Pace pace) {
    this.state = state;
    this.quotas = quotas;
    this.pace = pace;
    state.storage().listen(this::look);
  }

  /// Puts what every cluster has from the start; what is there already stays as it is.
  void begin() {
    try (var in = Objects.requireNonNull(Upkeep.class.getResourceAsStream("first-objects.yaml"))) {
      for (var object : Bodies.YAML.readTree(in)) {
        begin((ObjectNode) object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (var namespace : state.storage().list(State.NAMESPACES, "")) {
      tendNamespace(namespace.path("metadata").path("name").asText());
    }
    state.storage().list(Roles.CLUSTER_ROLES, "").forEach(this::aggregate);
  }

  private void begin(ObjectNode object) {
    var version = object.path("apiVersion").asText();
    var kind =
        state
            .kinds()
            .ofKind(
                version.substring(0, Math.max(0, version.indexOf('/'))),
                version.substring(version.indexOf('/') + 1),
                object.path("kind").asText())
            .orElseThrow();
    store(kind, "", object);
  }

  private void store(ResourceKind kind, String namespace, ObjectNode object) {
    var meta = object.withObjectProperty("metadata");
    var key = state.key(kind, namespace, meta.path("name").asText());
    if (state.storage().get(key).isPresent()) {
      return;
    }
    if (!namespace.isEmpty()) {
      meta.put("namespace", namespace);
    }
    // Not by the dice, which belong to what callers do.
    meta.put("uid", UUID.nameUUIDFromBytes(bytes(key + state.timestamp())).toString())
        .put("resourceVersion", "0")
        .put("creationTimestamp", state.timestamp());
    var ordered = state.schema(kind).map(schema -> schema.inOrder(object)).orElse(object);
    state.storage().put(key, ordered, 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void look(Change change) {
    var resource = change.key().resource();
    var at = state.now().plus(pace.follows());
    switch (resource) {
      case State.NAMESPACES -> due.add(change.key(), at);
      case Tokens.ACCOUNTS, CONFIG_MAPS -> {
        if (change.type() == Change.Type.DELETED) {
          due.add(new Key(State.NAMESPACES, "", change.key().namespace()), at);
        }
      }
      case Roles.CLUSTER_ROLES -> {
        for (var role : state.storage().list(Roles.CLUSTER_ROLES, "")) {
          if (role.has("aggregationRule")) {
            due.add(new Key(resource, "", role.path("metadata").path("name").asText()), at);
          }
        }
      }
      default -> {}
    }
    for (var quota : state.storage().list(Quotas.QUOTAS, change.key().namespace())) {
      if (!change.key().namespace().isEmpty()) {
        due.add(
            new Key(
                Quotas.QUOTAS,
                change.key().namespace(),
                quota.path("metadata").path("name").asText()),
            at);
      }
    }
  }

  /// Does everything that is due.
  ///
  /// @return when the next is
  Optional<Instant> settle() {
    var now = state.now();
    for (var key = due.take(now); key.isPresent(); key = due.take(now)) {
      try {
        tend(key.get());
      } catch (NotWritten e) {
        due.add(key.get(), state.now().plus(AGAIN));
        throw e;
      }
    }
    return due.next();
  }

  private void tend(Key key) {
    switch (key.resource()) {
      case State.NAMESPACES -> tendNamespace(key.name());
      case Quotas.QUOTAS -> state.storage().get(key).ifPresent(quota -> count(key, quota));
      default -> state.storage().get(key).ifPresent(this::aggregate);
    }
  }

  private void tendNamespace(String name) {
    if (state
        .namespace(name)
        .filter(namespace -> !namespace.path("metadata").has("deletionTimestamp"))
        .isEmpty()) {
      return;
    }
    var account = JsonNodeFactory.instance.objectNode();
    account.put("kind", "ServiceAccount").put("apiVersion", "v1");
    account.putObject("metadata").put("name", "default");
    store(state.kinds().find("", "v1", "serviceaccounts").orElseThrow(), name, account);
    var certificate = JsonNodeFactory.instance.objectNode();
    certificate.put("kind", "ConfigMap").put("apiVersion", "v1");
    certificate
        .putObject("metadata")
        .put("name", ROOT_CERTIFICATE)
        .putObject("annotations")
        .put(
            "kubernetes.io/description",
            "Meant for verifying the API server; this one speaks plain HTTP and has no certificate.");
    certificate.putObject("data").put("ca.crt", "");
    store(state.kinds().find("", "v1", "configmaps").orElseThrow(), name, certificate);
  }

  private void aggregate(ObjectNode role) {
    var selectors = role.path("aggregationRule").path("clusterRoleSelectors");
    if (selectors.isEmpty()) {
      return;
    }
    var name = role.path("metadata").path("name").asText();
    var rules = new LinkedHashSet<JsonNode>();
    for (var selector : selectors) {
      var selected = LabelSelector.of(selector);
      for (var other : state.storage().list(Roles.CLUSTER_ROLES, "")) {
        if (!other.path("metadata").path("name").asText().equals(name) && selected.matches(other)) {
          rules.addAll(Roles.rules(other));
        }
      }
    }
    var changed = role.deepCopy();
    changed.putArray("rules").addAll(new ArrayList<>(rules));
    if (!changed.path("rules").equals(role.path("rules"))) {
      var kind =
          state.kinds().find("rbac.authorization.k8s.io", "v1", "clusterroles").orElseThrow();
      var ordered = state.schema(kind).map(schema -> schema.inOrder(changed)).orElse(changed);
      state.storage().put(new Key(Roles.CLUSTER_ROLES, "", name), ordered, Storage.versionOf(role));
    }
  }

  private void count(Key key, ObjectNode quota) {
    var changed = quota.deepCopy();
    changed.set("status", quotas.status(state.kinds(), quota));
    if (!changed.path("status").equals(quota.path("status"))) {
      state.storage().put(key, changed, Storage.versionOf(quota));
    }
  }
}
