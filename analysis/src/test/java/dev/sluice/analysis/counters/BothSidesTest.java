package dev.sluice.analysis.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.analysis.intake.Group;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BothSidesTest {

  @Test
  void bothSidesAreOneSelectorAndToldApartByTheLabelThatNamesTheTarget() {
    var sides = sides("shop_orders_total{job=\"shop\", deployment=\"TARGET\"}");

    assertThat(sides.selector(""))
        .isEqualTo("shop_orders_total{job=\"shop\",deployment=~\"(?:app)|(?:app-primary)\"}");
    assertThat(sides.of(Map.of("deployment", "app"))).contains(Group.CANARY);
    assertThat(sides.of(Map.of("deployment", "app-primary"))).contains(Group.PRIMARY);
    assertThat(sides.of(Map.of("deployment", "apple"))).isEmpty();
    assertThat(sides.of(Map.of())).isEmpty();
  }

  @Test
  void podsAreToldApartByAPattern() {
    var sides = sides("orders_total{pod=~'TARGET-[a-z0-9]+-[a-z0-9]+', code!=\"200\"}");

    assertThat(sides.selector("_bucket"))
        .isEqualTo(
            "orders_total_bucket{pod=~\"(?:app-[a-z0-9]+-[a-z0-9]+)|(?:app-primary-[a-z0-9]+-[a-z0-9]+)\",code!=\"200\"}");
    assertThat(sides.of(Map.of("pod", "app-6f5-x"))).contains(Group.CANARY);
    assertThat(sides.of(Map.of("pod", "app-primary-6f5-x"))).contains(Group.PRIMARY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "orders_total|no label tells canary and primary apart; name {{ target }} in one",
        "orders_total{app=\"shop\"}|no label tells canary and primary apart",
        "TARGET_total|at character 4 is expected nothing more",
        "orders_total{a=\"TARGET\", b=\"TARGET\"}|more than one label tells canary and primary apart",
        "orders_total{a!=\"TARGET\"}|the label a must be compared by = or =~",
        "orders_total{a=~\"(TARGET\"}|the value of a is no pattern: missing closing )",
        "orders_total{a=\"TARGET\"}[5m]|at character 22 is expected nothing more",
        "sum(orders_total{a=\"TARGET\"})|at character 4 is expected nothing more",
        "orders_total{a=TARGET}|at character 16 is expected a value in quotes",
        "orders_total{a=\"TARGET}|is expected the end of a value in quotes",
        "orders_total{a~\"TARGET\"}|at character 15 is expected =, !=, =~ or !~",
        "orders_total{a=\"TARGET\" b=\"c\"}|is expected ',' or '}'",
        "``|at character 1 is expected the name of a metric",
      })
  void whatDoesNotTellThemApartIsRefusedWithTheReason(String selector, String why) {
    assertThatThrownBy(() -> sides(selector))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  static BothSides sides(String selector) {
    return BothSides.of(
        selector.replace("TARGET", "app"), selector.replace("TARGET", "app-primary"));
  }
}
