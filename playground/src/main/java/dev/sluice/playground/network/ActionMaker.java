package dev.sluice.playground.network;

import com.google.re2j.Pattern;
import dev.sluice.playground.network.MeshSnapshot.Config;
import dev.sluice.playground.network.RouteTable.Action;
import dev.sluice.playground.network.RouteTable.MirrorTo;
import dev.sluice.playground.network.RouteTable.Share;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Edits;
import dev.sluice.playground.network.VirtualService.Rule;
import dev.sluice.playground.network.VirtualService.Target;
import dev.sluice.playground.network.VirtualService.TcpRule;
import dev.sluice.playground.network.VirtualService.WeightedTarget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Compiles what one rule does.
final class ActionMaker {
  private final Config config;
  private final Caller caller;
  private final int port;

  ActionMaker(Config config, Caller caller, int port) {
    this.config = config;
    this.caller = caller;
    this.port = port;
  }

  /// The Service itself, as if there were no VirtualService.
  static Action plain(Destination destination) {
    var share = new Share(destination, 1, Changes.NONE, Changes.NONE, true);
    var rule =
        new Rule(
            "", "", List.of(), List.of(), null, null, null, null, null, null, null, List.of(), null,
            null);
    return new Action(rule, List.of(share), false, List.of(), RouteDecision.Retries.DEFAULT, null);
  }

  /// @throws RejectedTable for what a proxy refuses
  Action action(Rule rule) {
    checkHeaders(rule);
    if (rule.redirect() == null && rule.direct() == null && rule.route().isEmpty()) {
      throw new RejectedTable("a rule without route, redirect or directResponse");
    }
    return new Action(
        rule,
        shares(rule.route(), rule.namespace()),
        rule.route().size() > 1,
        rule.mirrors().stream()
            .map(m -> new MirrorTo(destination(m.target(), rule.namespace()), m.percent()))
            .toList(),
        retries(rule),
        rewrite(rule));
  }

  /// A connection that is not HTTP.
  Action opaque(TcpRule rule) {
    return new Action(
        plain(new Destination("", port, "")).rule(),
        shares(rule.route(), rule.namespace()),
        rule.route().size() > 1,
        List.of(),
        RouteDecision.Retries.DEFAULT,
        null);
  }

  private List<Share> shares(List<WeightedTarget> route, String namespace) {
    var shares = new ArrayList<Share>();
    for (var target : route) {
      if (target.weight() < 0) {
        throw new RejectedTable("weight " + target.weight() + " < 0");
      }
      if (target.weight() > 0 || route.size() == 1) {
        shares.add(
            new Share(
                destination(target.target(), namespace),
                Math.max(1, target.weight()),
                requests(target.headers()),
                responses(target.headers()),
                true));
      }
    }
    if (shares.isEmpty() && !route.isEmpty()) {
      throw new RejectedTable("all weights are 0");
    }
    return List.copyOf(shares);
  }

  /// Without a port it is the caller's; only a gateway finds the single port of a Service.
  private Destination destination(Target target, String namespace) {
    var host = Names.complete(target.host(), namespace);
    var service = config.services().get(host);
    var number = target.port();
    if (number == null) {
      number =
          caller instanceof Caller.Gateway && service != null && service.ports().size() == 1
              ? service.ports().getFirst().number()
              : port;
    }
    return new Destination(host, number, target.subset());
  }

  static RouteDecision.Retries retries(Rule rule) {
    var said = rule.retries();
    if (said == null) {
      return RouteDecision.Retries.DEFAULT;
    }
    if (said.attempts() <= 0) {
      return RouteDecision.Retries.NEVER;
    }
    var pause = said.backoff() == null ? RouteDecision.Retries.DEFAULT.pause() : said.backoff();
    if (said.retryOn().isEmpty()) {
      return new RouteDecision.Retries(
          said.attempts(),
          RouteDecision.Retries.DEFAULT.on(),
          Set.of(),
          said.perTryTimeout(),
          pause,
          said.otherPods());
    }
    var on = new HashSet<String>();
    var codes = new HashSet<Integer>();
    for (var condition : said.retryOn().split(",", -1)) {
      var word = condition.strip();
      if (word.matches("[1-9][0-9]{2}")) {
        codes.add(Integer.parseInt(word));
      } else {
        on.add(word);
      }
    }
    return new RouteDecision.Retries(
        said.attempts(),
        Set.copyOf(on),
        Set.copyOf(codes),
        said.perTryTimeout(),
        pause,
        said.otherPods());
  }

  private static @Nullable Pattern rewrite(Rule rule) {
    var rewrite = rule.rewrite();
    return rewrite == null || rewrite.regex() == null ? null : Condition.regex(rewrite.regex());
  }

  private static void checkHeaders(Rule rule) {
    Stream.concat(
            Stream.of(requests(rule.headers()), responses(rule.headers())),
            rule.route().stream()
                .flatMap(t -> Stream.of(requests(t.headers()), responses(t.headers()))))
        .flatMap(c -> HeaderRules.unknownVariable(c).stream())
        .findFirst()
        .ifPresent(v -> {
          throw new RejectedTable("header value " + v + " is a format unknown here");
        });
  }

  static Changes requests(@Nullable Edits edits) {
    return edits == null ? Changes.NONE : edits.request();
  }

  static Changes responses(@Nullable Edits edits) {
    return edits == null ? Changes.NONE : edits.response();
  }
}
