package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Of pods with `app: myapp` and `tier: web`.
class SelectorTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | true",
        "{matchLabels: {app: myapp}} | true",
        "{matchLabels: {app: myapp, tier: web}} | true",
        "{matchLabels: {app: myapp, tier: db}} | false",
        "{matchLabels: {team: shop}} | false",
        "{matchExpressions: [{key: app, operator: In, values: [a, myapp]}]} | true",
        "{matchExpressions: [{key: app, operator: In, values: [a]}]} | false",
        "{matchExpressions: [{key: app, operator: NotIn, values: [a]}]} | true",
        "{matchExpressions: [{key: app, operator: NotIn, values: [myapp]}]} | false",
        "{matchExpressions: [{key: team, operator: NotIn, values: [shop]}]} | true",
        "{matchExpressions: [{key: team, operator: In, values: [shop]}]} | false",
        "{matchExpressions: [{key: tier, operator: Exists}]} | true",
        "{matchExpressions: [{key: tier, operator: DoesNotExist}]} | false",
        "{matchExpressions: [{key: team, operator: DoesNotExist}]} | true",
        "{matchLabels: {app: myapp}, matchExpressions: [{key: team, operator: Exists}]} | false"
      })
  void allThatIsAskedForMustHold(String selector, boolean found) throws IOException {
    assertThat(Selector.finds(YAML.readTree(selector), YAML.readTree("{app: myapp, tier: web}")))
        .isEqualTo(found);
  }

  @Test
  void noSelectorFindsNothing() throws IOException {
    assertThat(Selector.finds(MissingNode.getInstance(), YAML.readTree("{app: myapp}"))).isFalse();
  }
}
