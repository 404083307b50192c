package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A query about a target `myapp` becomes one about its primary.
class KedaQueryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "sum(rate(r{app=\"myapp\"}[1m])); sum(rate(r{app=\"myapp-primary\"}[1m]))",
        "r{service=\"myapp-canary\"}; r{service=\"myapp-primary\"}",
        "r{service=\"myapp-primary\"}; r{service=\"myapp-primary\"}",
        "r{host=\"myapp.shop.svc\"}; r{host=\"myapp-primary.shop.svc\"}",
        "r{pod=~\"myapp-[a-z0-9]+-.*\"}; r{pod=~\"myapp-primary-[a-z0-9]+-.*\"}",
        "r{pod=~\"myapp-canary-.*\"}; r{pod=~\"myapp-primary-.*\"}",
        "r{pod=~\"myapp.*|myapp-db.*\"}; r{pod=~\"myapp-primary.*|myapp-db.*\"}",
        "myapp_requests{app=\"myapp\"}; myapp_requests{app=\"myapp-primary\"}",
        "r{app=\"my-myapp\"}; r{app=\"my-myapp\"}",
        "r{namespace=\"myapp\",app=\"myapp\"}; r{namespace=\"myapp\",app=\"myapp-primary\"}",
        "r{exported_namespace=~\"myapp\"}; r{exported_namespace=~\"myapp\"}"
      })
  void whereverItsNameStandsAlone(String query, String wanted) {
    assertThat(KedaScaler.aboutPrimary(query, "myapp", "myapp-primary")).isEqualTo(wanted);
  }
}
