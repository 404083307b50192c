package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {

  private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
  private final Calls calls = new Calls();

  @BeforeEach
  void fourObjects() {
    calls.post(CONFIG_MAPS, "{metadata: {name: a, labels: {app: x, tier: front, size: '3'}}}");
    calls.post(CONFIG_MAPS, "{metadata: {name: b, labels: {app: x}}}");
    calls.post(CONFIG_MAPS, "{metadata: {name: c, labels: {app: z}}}");
    calls.post(CONFIG_MAPS, "{metadata: {name: d}}");
  }

  private String names(String query) {
    var items = calls.get(CONFIG_MAPS + "?" + query).at("/items");
    return StreamSupport.stream(items.spliterator(), false)
        .map(item -> item.at("/metadata/name").asText())
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "app=x|ab",
        "app==x|ab",
        "app!=x|cd",
        "app|abc",
        "!app|d",
        "app in (x,z)|abc",
        "app notin (x)|cd",
        "app=x,tier|a",
        "app=x,!tier|b",
        "app in (x),tier notin (back)|ab",
        "size>2|a",
        "size<2|''",
        "none|''"
      })
  void labelsSelect(String selector, String expected) {
    assertThat(names("labelSelector=" + selector.replace(" ", "%20").replace("=", "%3D")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "app in x|unable to parse requirement: found 'x' expected: '('",
        "a b|unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
      })
  void aSelectorThatCannotBeReadIsRefused(String selector, String message) {
    var refused = calls.get(CONFIG_MAPS + "?labelSelector=" + selector.replace(" ", "%20"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.say("/message")).isEqualTo(message);
  }

  @Test
  void fieldsSelect() {
    assertThat(names("fieldSelector=metadata.name%3Da")).isEqualTo("a");
    assertThat(names("fieldSelector=metadata.name!%3Da,metadata.namespace%3Ddefault"))
        .isEqualTo("bcd");
    assertThat(calls.get(CONFIG_MAPS + "?fieldSelector=data.k%3Dv").say("/message"))
        .isEqualTo(
            "\"data.k\" is not a known field selector: only \"metadata.name\","
                + " \"metadata.namespace\"");
  }

  @Test
  void allPagesShowTheFirstOnesContent() {
    var first = calls.get(CONFIG_MAPS + "?limit=2");
    assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(2);
    calls.delete(CONFIG_MAPS + "/c");
    calls.post(CONFIG_MAPS, "{metadata: {name: e}}");
    var second = calls.get(CONFIG_MAPS + "?limit=2&continue=" + first.say("/metadata/continue"));
    assertThat(second.at("/items"))
        .extracting(item -> item.at("/metadata/name").asText())
        .containsExactly("c", "d");
    assertThat(second.say("/metadata/resourceVersion"))
        .isEqualTo(first.say("/metadata/resourceVersion"));
    assertThat(second.say("/metadata/continue")).isEmpty();
  }
}
