package dev.sluice.controller.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/// The rights that `deploy/kustomize` gives to the controller, as the API server would judge by
/// them: whoever adds a call that they do not cover finds out in the first story that makes it.
public final class ShippedRole {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final ShippedRole CLUSTER_WIDE =
      new ShippedRole(rules("deploy/kustomize/cluster-wide/role.yaml", "ClusterRole"));

  /// `verb resource[/subresource].group` of everything that is allowed.
  private final Set<String> allowed = new TreeSet<>();

  private ShippedRole(JsonNode rules) {
    for (JsonNode rule : rules) {
      for (JsonNode group : rule.path("apiGroups")) {
        for (JsonNode resource : rule.path("resources")) {
          for (JsonNode verb : rule.path("verbs")) {
            allowed.add(right(verb.asText(), resource.asText(), group.asText()));
          }
        }
      }
    }
  }

  public static ShippedRole clusterWide() {
    return CLUSTER_WIDE;
  }

  /// The rules of the first object of a kind in a file.
  static JsonNode rules(String file, String kind) {
    try {
      return Manifests.read(Files.readString(ROOT.resolve(file))).stream()
          .filter(object -> object.path("kind").asText().equals(kind))
          .findFirst()
          .orElseThrow()
          .path("rules");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String right(String verb, String resource, String group) {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }

  Set<String> allowed() {
    return allowed;
  }

  /// The server as the controller finds it: it refuses what the role does not allow.
  public Guarded before(ApiServer server) {
    return new Guarded(server);
  }

  /// An API server that knows one user.
  public final class Guarded implements ApiServer {
    private final ApiServer server;
    private final Set<String> used = new ConcurrentSkipListSet<>();

    private Guarded(ApiServer server) {
      this.server = server;
    }

    /// Every right that was made use of.
    public Set<String> used() {
      return used;
    }

    @Override
    public Answer handle(Call call) {
      Optional<String> needed =
          call.header("impersonate-user").isPresent()
              ? Optional.of("impersonate serviceaccounts")
              : needed(call, verb(call));
      if (needed.isPresent() && !allowed.contains(needed.get())) {
        return forbidden(needed.get());
      }
      needed.ifPresent(used::add);
      return server.handle(call);
    }

    @Override
    public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
      for (String verb : List.of("list", "watch")) {
        String needed = needed(call, verb).orElseThrow();
        if (!allowed.contains(needed)) {
          throw new AssertionError("the shipped role does not allow: " + needed);
        }
        used.add(needed);
      }
      return server.watch(call, frames);
    }
  }

  private static String verb(Call call) {
    return switch (call.method()) {
      case "GET" -> resource(call.path()).size() > 1 ? "get" : "list";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      default -> throw new AssertionError("no verb for " + call.method());
    };
  }

  /// Empty for discovery, which everybody may ask.
  private static Optional<String> needed(Call call, String verb) {
    List<String> parts = resource(call.path());
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    String resource = parts.getFirst() + (parts.size() > 2 ? "/" + parts.get(2) : "");
    String[] path = call.path().split("/", -1);
    return Optional.of(right(verb, resource, path[1].equals("apis") ? path[2] : ""));
  }

  /// Resource, name and subresource, as far as the path goes.
  private static List<String> resource(String path) {
    List<String> parts = Arrays.stream(path.split("/", -1)).filter(p -> !p.isEmpty()).toList();
    int root = parts.getFirst().equals("apis") ? 3 : 2;
    List<String> rest = parts.subList(Math.min(root, parts.size()), parts.size());
    return rest.size() > 2 && rest.getFirst().equals("namespaces")
        ? rest.subList(2, rest.size())
        : rest;
  }

  private static Answer forbidden(String needed) {
    ObjectNode status =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Status")
            .put("apiVersion", "v1")
            .put("status", "Failure")
            .put("reason", "Forbidden")
            .put("code", 403)
            .put("message", "forbidden: the shipped role does not allow: " + needed);
    return new Answer(
        403, "application/json", status.toString().getBytes(StandardCharsets.UTF_8), Map.of());
  }
}
