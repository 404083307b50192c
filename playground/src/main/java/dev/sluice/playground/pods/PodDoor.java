package dev.sluice.playground.pods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.SideDoor;
import dev.sluice.playground.sample.AppLog;
import dev.sluice.playground.sample.AppLogs;
import dev.sluice.playground.sample.PodNetwork;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Serves `log` and `portforward` of pods as kubelets do, and says no to `exec` and `attach`: the
/// sample app has no shell.
public final class PodDoor implements SideDoor {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PATH =
      Pattern.compile("/api/v1/namespaces/([^/]+)/pods/([^/]+)/(log|portforward|exec|attach)");

  private final ApiServer api;
  private final PodNetwork pods;
  private final AppLogs logs;
  private final NetClient dialer;
  private final InstantSource clock;

  /// @param api is asked for the pod first, so that whoever may not see it sees nothing of it
  public PodDoor(Vertx vertx, ApiServer api, PodNetwork pods, AppLogs logs, InstantSource clock) {
    this.api = api;
    this.pods = pods;
    this.logs = logs;
    this.dialer = vertx.createNetClient(new NetClientOptions().setConnectTimeout(5_000));
    this.clock = clock;
  }

  @Override
  public boolean takes(String path) {
    return PATH.matcher(path).matches();
  }

  @Override
  public void serve(Context context, HttpServerRequest request, Call call) {
    var path = PATH.matcher(call.path());
    if (!path.matches()) {
      throw new IllegalArgumentException("not a path of pods: " + call.path());
    }
    var found = pod(call, path.group(1), path.group(2));
    if (found.status() != 200) {
      answer(context, request, found);
      return;
    }
    try {
      var pod = JSON.readTree(found.body());
      switch (path.group(3)) {
        case "log" -> log(context, request, call, pod);
        case "portforward" -> forward(context, request, call, pod);
        default ->
            throw Refused.notHere(
                "there is nothing to run commands in: every image is played by the playground's"
                    + " sample app, which has no shell and no files; logs and port-forward work");
      }
    } catch (Refused refused) {
      answer(context, request, refused.answer());
    } catch (IOException e) {
      throw new IllegalStateException("the API server's answer cannot be read", e);
    }
  }

  private static void answer(Context context, HttpServerRequest request, Answer answer) {
    context.runOnContext(_ -> request.resume());
    HttpFront.answer(context, request, answer);
  }

  private Answer pod(Call call, String namespace, String name) {
    var headers = new HashMap<>(call.headers());
    headers.keySet().removeIf(header -> !header.startsWith("impersonate-"));
    call.header("authorization").ifPresent(who -> headers.put("authorization", who));
    headers.put("accept", "application/json");
    var path = "/api/v1/namespaces/%s/pods/%s".formatted(namespace, name);
    return api.handle(new Call("GET", path, Map.of(), headers, new byte[0]));
  }

  private void log(Context context, HttpServerRequest request, Call call, JsonNode pod)
      throws Refused {
    if (!call.method().equals("GET")) {
      throw Refused.notAllowed();
    }
    var name = pod.at("/metadata/name").asText();
    var options = LogOptions.read(call, name, clock.instant());
    var container = container(pod, name, options.container());
    var log = log(pod, name, container, options.previous());
    context.runOnContext(_ -> {
      request.resume();
      new LogSender(context, request, log, options).begin();
    });
  }

  private AppLog log(JsonNode pod, String name, String container, boolean previous) throws Refused {
    if (pod.at("/spec/nodeName").asText().isEmpty()) {
      return AppLog.silent();
    }
    var status = status(pod, container);
    boolean first = container.equals(pod.at("/spec/containers/0/name").asText());
    var uid = pod.at("/metadata/uid").asText();
    if (previous) {
      boolean none = status.at("/lastState/terminated").isMissingNode();
      // While it waits for its restart, the life before is the last one there was.
      var running = status.path("state").has("running");
      var before = running ? logs.before(uid) : logs.of(uid);
      if (none || (first && before.isEmpty())) {
        throw Refused.badRequest(
            "previous terminated container \"%s\" in pod \"%s\" not found"
                .formatted(container, name));
      }
      return first ? before.get() : AppLog.silent();
    }
    var waiting = status.at("/state/waiting/reason").asText("ContainerCreating");
    boolean started = first ? logs.of(uid).isPresent() : status.path("state").has("running");
    if (!started) {
      var why =
          waiting.equals("ErrImagePull") || waiting.equals("ImagePullBackOff")
              ? "trying and failing to pull image"
              : waiting;
      throw Refused.badRequest(
          "container \"%s\" in pod \"%s\" is waiting to start: %s".formatted(container, name, why));
    }
    return first ? logs.of(uid).orElseGet(AppLog::silent) : AppLog.silent();
  }

  private static JsonNode status(JsonNode pod, String container) {
    for (var list : List.of("containerStatuses", "initContainerStatuses")) {
      for (var one : pod.path("status").path(list)) {
        if (one.path("name").asText().equals(container)) {
          return one;
        }
      }
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private static String container(JsonNode pod, String name, String wanted) throws Refused {
    var own = names(pod, "containers");
    var init = names(pod, "initContainers");
    if (wanted.isEmpty()) {
      if (own.size() == 1) {
        return own.getFirst();
      }
      throw Refused.badRequest(
          "a container name must be specified for pod %s, choose one of: %s%s"
              .formatted(
                  name,
                  shown(own),
                  init.isEmpty() ? "" : " or one of the init containers: " + shown(init)));
    }
    if (!own.contains(wanted) && !init.contains(wanted)) {
      throw Refused.badRequest(
          "container %s is not valid for pod %s".formatted(Refused.shortened(wanted), name));
    }
    return wanted;
  }

  private static List<String> names(JsonNode pod, String list) {
    return pod.path("spec").path(list).valueStream().map(c -> c.path("name").asText()).toList();
  }

  private static String shown(List<String> names) {
    return "[" + String.join(" ", names) + "]";
  }

  private void forward(Context context, HttpServerRequest request, Call call, JsonNode pod)
      throws Refused {
    var name = pod.at("/metadata/name").asText();
    var upgrade = call.header("upgrade").orElse("");
    if (upgrade.equalsIgnoreCase("SPDY/3.1")) {
      throw Refused.notHere(
          "ports are forwarded over WebSocket only: take kubectl 1.31 or later, and leave"
              + " KUBECTL_PORT_FORWARD_WEBSOCKETS alone");
    }
    if (!upgrade.equalsIgnoreCase("websocket")) {
      throw Refused.badRequest("Upgrade request required");
    }
    if (pod.at("/spec/nodeName").asText().isEmpty()) {
      throw Refused.badRequest("pod %s does not have a host assigned".formatted(name));
    }
    var target =
        new ForwardTarget(
            pods, dialer, pod.at("/status/podIP").asText(), pod.at("/metadata/uid").asText());
    var spoken = call.header("sec-websocket-protocol").orElse("");
    var protocols = List.of(spoken.split("\\s*,\\s*", -1));
    if (protocols.contains(HttpFront.SPDY_TUNNEL)) {
      context.runOnContext(_ -> {
        request.toWebSocket().onSuccess(socket -> new SpdyTunnel(socket, target).begin());
        request.resume();
      });
      return;
    }
    if (!protocols.contains(HttpFront.CHANNELS)) {
      throw Refused.badRequest(
          "unable to upgrade: unable to negotiate protocol: client supports [%s], server accepts"
                  .formatted(Refused.shortened(spoken))
              + " [%s %s]".formatted(HttpFront.SPDY_TUNNEL, HttpFront.CHANNELS));
    }
    var ports = ports(call);
    context.runOnContext(_ -> {
      request.toWebSocket().onSuccess(socket -> new ChannelTunnel(socket, target, ports).begin());
      request.resume();
    });
  }

  private static List<Integer> ports(Call call) throws Refused {
    var ports = new ArrayList<Integer>();
    for (var text : call.query().getOrDefault("ports", List.of())) {
      for (var one : text.split(",", -1)) {
        if (!one.matches("[1-9]\\d{0,4}") || Integer.parseInt(one) > 65_535) {
          throw Refused.badRequest(
              "unable to parse \"%s\" as a port".formatted(Refused.shortened(one)));
        }
        ports.add(Integer.parseInt(one));
      }
    }
    if (ports.isEmpty()) {
      throw Refused.badRequest("query parameter \"ports\" is required");
    }
    if (ports.size() > 100) {
      throw Refused.badRequest("at most 100 ports at once");
    }
    return ports;
  }
}
