package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Copy;
import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import dev.sluice.playground.network.RouteDecision.Passthrough;
import dev.sluice.playground.network.RouteDecision.Unknown;
import dev.sluice.playground.network.RouteTable.Action;
import dev.sluice.playground.network.RouteTable.Route;
import dev.sluice.playground.network.RouteTable.Share;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Cors;
import dev.sluice.playground.network.VirtualService.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides what a proxy does with a request. Pure: the same snapshot, request and draws give the
/// same decision.
public final class Routing {
  private Routing() {}

  /// Routes with a table made for this one request; [RouteTables] keeps them.
  ///
  /// @param port that the caller connects to
  /// @throws IllegalArgumentException when a proxy would refuse the table, saying why
  public static RouteDecision route(
      MeshSnapshot snapshot, Caller caller, int port, RequestHead request, RandomGenerator random) {
    try {
      var table = RouteTableMaker.make(snapshot.config(), caller, port);
      return route(table, snapshot, request, random);
    } catch (RejectedTable e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  static RouteDecision route(
      RouteTable table, MeshSnapshot snapshot, RequestHead raw, RandomGenerator random) {
    var request = Arrival.of(raw, table.gateway(), random);
    var decision = decided(table, snapshot, request, random);
    return decision instanceof Local local
        ? GrpcAnswers.inWordsOf(request, local, OptionalInt.empty())
        : decision;
  }

  private static RouteDecision decided(
      RouteTable table, MeshSnapshot snapshot, RequestHead request, RandomGenerator random) {
    var opaque = table.opaque().get(request.host());
    if (opaque != null) {
      return forwarded(new Route(Condition.ALWAYS, opaque, ""), table, snapshot, request, random);
    }
    var host = table.host(request.host());
    if (host.isEmpty()) {
      if (table.gateway()) {
        return noRoute();
      }
      return table.config().settings().registryOnly() ? new Unknown() : new Passthrough(request);
    }
    if (host.get().httpsRedirect()) {
      var location = "https://" + request.authority() + request.target();
      return local("", Duration.ZERO, 301, Headers.of("location", location), "", "direct_response");
    }
    return host.get().routes().stream()
        .filter(r -> r.condition().holds(request))
        .findFirst()
        .map(r -> acted(r, table, snapshot, request, random))
        .orElseGet(Routing::noRoute);
  }

  /// The answer of a proxy without a rule for the request, also of one that never got a table.
  static Local noRoute() {
    return new Local(
        "", Duration.ZERO, 404, Headers.NONE, "", List.of("NR"), "route_not_found", null);
  }

  private static RouteDecision acted(
      Route route,
      RouteTable table,
      MeshSnapshot snapshot,
      RequestHead request,
      RandomGenerator random) {
    var rule = route.action().rule();
    var answer =
        new AnswerEdits(request, List.of(ActionMaker.responses(rule.headers())), Headers.NONE);
    var redirect = rule.redirect();
    var direct = rule.direct();
    if (redirect != null) {
      var headers =
          Headers.of(
              "location", Redirects.location(redirect, route.condition(), request, table.port()));
      return local(
          route.name(),
          Duration.ZERO,
          redirect.code(),
          answer.apply(redirect.code(), headers),
          "",
          "direct_response");
    }
    if (direct != null) {
      var body = direct.body() == null ? "" : direct.body();
      return local(
          route.name(),
          Duration.ZERO,
          direct.status(),
          answer.apply(direct.status(), text(body)),
          body,
          "direct_response");
    }
    return forwarded(route, table, snapshot, request, random);
  }

  private static RouteDecision forwarded(
      Route route,
      RouteTable table,
      MeshSnapshot snapshot,
      RequestHead request,
      RandomGenerator random) {
    var action = route.action();
    var rule = action.rule();
    var namespace = table.caller().namespace();
    var share = drawn(action, random);
    var destination = share.destination();
    var cors = rule.cors() == null ? Headers.NONE : allowed(rule.cors(), request);
    var answer = new AnswerEdits(request, answerLevels(action, share), cors);
    if (rule.cors() != null && !cors.all().isEmpty() && isPreflight(request)) {
      return new Local(
          route.name(),
          Duration.ZERO,
          200,
          preflight(rule.cors(), cors),
          "",
          List.of(),
          "cors_response",
          destination);
    }
    if (rule.cors() != null
        && cors.all().isEmpty()
        && isPreflight(request)
        && request.headers().first("origin").isPresent()
        && !rule.cors().passRefused()) {
      return local(route.name(), Duration.ZERO, 200, Headers.NONE, "", "cors_response");
    }
    var delay = Duration.ZERO;
    var fault = rule.fault();
    if (fault != null && fault.delay() != null && hit(fault.delayPercent(), random)) {
      delay = fault.delay();
    }
    var flags = delay.isZero() ? List.<String>of() : List.of("DI");
    if (fault != null
        && (fault.abort() != null || fault.grpcAbort() != null)
        && hit(fault.abortPercent(), random)) {
      return aborted(route.name(), fault, delay, with(flags, "FI"), answer, request, destination);
    }
    if (!share.valid()) {
      return new Local(
          route.name(),
          delay,
          500,
          answer.apply(500, Headers.NONE),
          "",
          flags,
          "direct_response",
          null);
    }
    if (!table.config().exists(namespace, destination)) {
      return new Local(
          route.name(),
          delay,
          503,
          answer.apply(503, Headers.NONE),
          "",
          with(flags, "NC"),
          "cluster_not_found",
          null);
    }
    var endpoints = snapshot.endpoints(namespace, destination);
    if (endpoints.isEmpty()) {
      return new Local(
          route.name(),
          delay,
          503,
          answer.apply(503, text("no healthy upstream")),
          "no healthy upstream",
          with(flags, "UH"),
          "no_healthy_upstream",
          destination);
    }
    var outgoing = Departure.of(route, share, request);
    return new Forward(
        route.name(),
        delay,
        destination,
        table.config().policy(namespace, destination),
        endpoints,
        outgoing,
        answer,
        Timeouts.of(rule.timeout(), request),
        action.retries(),
        copies(action, table, snapshot, outgoing, random));
  }

  private static Local aborted(
      String name,
      Fault fault,
      Duration delay,
      List<String> flags,
      AnswerEdits answer,
      RequestHead request,
      Destination destination) {
    var grpc = fault.grpcAbort();
    var status =
        fault.abort() == null ? GrpcAnswers.httpStatus(grpc == null ? 2 : grpc) : fault.abort();
    var body = "fault filter abort";
    return GrpcAnswers.inWordsOf(
        request,
        new Local(
            name,
            delay,
            status,
            answer.apply(status, text(body)),
            body,
            flags,
            "fault_filter_abort",
            destination),
        grpc == null ? OptionalInt.empty() : OptionalInt.of(grpc));
  }

  /// Every request draws anew: no connection, cookie or id makes a difference.
  private static Share drawn(Action action, RandomGenerator random) {
    var shares = action.targets();
    if (shares.size() == 1) {
      return shares.getFirst();
    }
    var ticket = random.nextLong(action.total());
    for (var share : shares) {
      ticket -= share.weight();
      if (ticket < 0) {
        return share;
      }
    }
    return shares.getLast();
  }

  private static List<Changes> answerLevels(Action action, Share share) {
    var route = ActionMaker.responses(action.rule().headers());
    return action.weighted()
        ? List.of(share.response(), route)
        : List.of(HeaderRules.merged(route, share.response()));
  }

  private static List<Copy> copies(
      Action action,
      RouteTable table,
      MeshSnapshot snapshot,
      RequestHead outgoing,
      RandomGenerator random) {
    var copies = new ArrayList<Copy>();
    var namespace = table.caller().namespace();
    for (var mirror : action.mirrors()) {
      if (hit(mirror.percent(), random) && table.config().exists(namespace, mirror.destination())) {
        var endpoints = snapshot.endpoints(namespace, mirror.destination());
        if (!endpoints.isEmpty()) {
          copies.add(
              new Copy(
                  mirror.destination(),
                  endpoints,
                  Departure.copy(outgoing, table.config().settings().shadowSuffix())));
        }
      }
    }
    return List.copyOf(copies);
  }

  private static boolean hit(double percent, RandomGenerator random) {
    return percent > 0 && random.nextDouble() * 100 < percent;
  }

  /// Headers for an allowed origin, none for another.
  private static Headers allowed(Cors cors, RequestHead request) {
    var origin = request.headers().first("origin");
    if (origin.isEmpty()
        || cors.origins().stream()
            .map(Condition::text)
            .noneMatch(test -> test.test("*") || test.test(origin.get()))) {
      return Headers.NONE;
    }
    var headers = Headers.of("access-control-allow-origin", origin.get());
    if (Boolean.TRUE.equals(cors.credentials())) {
      headers = headers.add("access-control-allow-credentials", "true");
    }
    return listed(headers, "access-control-expose-headers", cors.exposed());
  }

  private static Headers preflight(Cors cors, Headers allowed) {
    var headers = listed(allowed, "access-control-allow-methods", cors.methods());
    headers = listed(headers, "access-control-allow-headers", cors.headers());
    var maxAge = cors.maxAge();
    return maxAge == null
        ? headers
        : headers.add("access-control-max-age", String.valueOf(maxAge.toSeconds()));
  }

  private static Headers listed(Headers headers, String name, List<String> values) {
    return values.isEmpty() ? headers : headers.add(name, String.join(",", values));
  }

  private static boolean isPreflight(RequestHead request) {
    return request.method().equals("OPTIONS")
        && request.headers().first("access-control-request-method").isPresent();
  }

  static Headers text(String body) {
    return body.isEmpty() ? Headers.NONE : Headers.of("content-type", "text/plain");
  }

  private static Local local(
      String rule, Duration delay, int status, Headers headers, String body, String details) {
    return new Local(rule, delay, status, headers, body, List.of(), details, null);
  }

  private static List<String> with(List<String> flags, @Nullable String more) {
    var all = new ArrayList<>(flags);
    if (more != null) {
      all.add(more);
    }
    return List.copyOf(all);
  }
}
