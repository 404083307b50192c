package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServiceAddressesTest {
  private static final String SERVICES = "/api/v1/namespaces/default/services";
  private final Calls calls = new Calls();

  @Test
  void noTwoServicesGetOneAddress() {
    for (int i = 0; i < 1000; i++) {
      var made =
          calls.post(SERVICES, "{metadata: {name: s%d}, spec: {ports: [{port: 80}]}}".formatted(i));
      assertThat(made.status()).isEqualTo(201);
    }
    assertThat(
            calls
                .get(SERVICES)
                .at("/items")
                .valueStream()
                .map(each -> each.at("/spec/clusterIP").asText()))
        .doesNotHaveDuplicates()
        .allMatch(ip -> ip.startsWith("10.96."));
  }

  @Test
  void anAddressThatSomebodyHasIsRefusedUntilItIsFree() {
    var spec = "spec: {clusterIP: 10.96.7.7, ports: [{port: 80}]}}";
    assertThat(calls.post(SERVICES, "{metadata: {name: a}, " + spec).status()).isEqualTo(201);

    var refused = calls.post(SERVICES, "{metadata: {name: b}, " + spec);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.say("/message"))
        .isEqualTo(
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.96.7.7\"}:"
                + " failed to allocate IP 10.96.7.7: provided IP is already allocated");

    calls.delete(SERVICES + "/a");
    assertThat(calls.post(SERVICES, "{metadata: {name: b}, " + spec).status()).isEqualTo(201);
  }
}
