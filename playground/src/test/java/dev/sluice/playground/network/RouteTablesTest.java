package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTablesTest {
  private final RouteTables tables = new RouteTables();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{route: [{destination: {host: app}, weight: 0}, {destination: {host: x}, weight: 0}]}]",
        "[{route: [{destination: {host: app}, weight: 9}, {destination: {host: x}, weight: -1}]}]",
        "[{match: [{uri: {regex: '/v[0-9'}}], route: [{destination: {host: app-canary}}]}]",
        "[{headers: {request: {set: {x: '%WHAT%'}}}, route: [{destination: {host: app}}]}]",
        "[{name: nothing}]",
      })
  void aTableThatAProxyRefusesLeavesTheOneBeforeInForce(String http) {
    var mesh = Mesh.withCanary().split(0, 100);
    tables.follow(mesh.snapshot());
    assertThat(destination("app")).isEqualTo("app-canary.prod.svc.cluster.local:80");

    tables.follow(mesh.route(http).snapshot());
    assertThat(destination("app")).isEqualTo("app-canary.prod.svc.cluster.local:80");
    assertThat(tables.refused())
        .singleElement()
        .asString()
        .contains("port 80: VirtualService prod/app: ")
        .contains("the routes before it stay in force");

    tables.follow(mesh.split(100, 0).snapshot());
    assertThat(destination("app")).isEqualTo("app-primary.prod.svc.cluster.local:80");
    assertThat(tables.refused()).isEmpty();
  }

  @Test
  void aRefusedTableAlsoHoldsBackEveryOtherChangeOfThePort() {
    var mesh = Mesh.withCanary().split(100, 0);
    tables.follow(mesh.snapshot());
    assertThat(destination("app-new")).isEqualTo("not in the mesh");

    mesh.service("app-new", "app", "2026-01-03T00:00:00Z").split(0, 0);
    tables.follow(mesh.snapshot());
    assertThat(destination("app-new")).isEqualTo("not in the mesh");

    tables.follow(mesh.without("app", "VirtualService").snapshot());
    assertThat(destination("app-new")).isEqualTo("app-new.prod.svc.cluster.local:80");
  }

  @Test
  void aProxyThatStartsWithARefusedTableHasNoRouteAtAll() {
    tables.follow(Mesh.withCanary().split(0, 0).snapshot());
    assertThat(destination("app")).isEqualTo("404 [NR]");
    assertThat(tables.refused()).singleElement().asString().contains("no route is left");
  }

  @Test
  void podsComeAndGoWhileARefusedTableIsHeldBack() {
    var mesh = Mesh.withCanary().split(100, 0);
    tables.follow(mesh.snapshot());
    assertThat(destination("app")).isEqualTo("app-primary.prod.svc.cluster.local:80");
    mesh.split(0, 0).without("app-primary-6f5-10.244.0.1", "Pod");
    tables.follow(mesh.snapshot());
    assertThat(destination("app")).isEqualTo("503 [UH]");
  }

  private String destination(String host) {
    return switch (tables.route(Mesh.CLIENT, 80, RequestHead.get(host, "/"), new Random(1))) {
      case RouteDecision.Forward forward -> forward.destination().toString();
      case RouteDecision.Local local -> local.status() + " " + local.flags();
      case RouteDecision.Unknown _, RouteDecision.Passthrough _ -> "not in the mesh";
    };
  }
}
