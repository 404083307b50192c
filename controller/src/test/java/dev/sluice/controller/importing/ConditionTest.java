package dev.sluice.controller.importing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "result[0] >= 0.95 | {\"min\":0.95}",
        "result >= 95 | {\"min\":95}",
        "0.95 <= result[0] | {\"min\":0.95}",
        "asFloat(result[0]) <= 500 | {\"max\":500}",
        "result[0] == 0 | {\"min\":0,\"max\":0}",
        "result[0] > 0 | {\"min\":1E-9}",
        "result[0] < 1 | {\"max\":0.999999999}",
        "result < 2000 | {\"max\":1999.999998}",
        "(result[0] >= 1) && (result[0] <= 5) | {\"min\":1,\"max\":5}",
        "result >= 1 && result >= 2 && 9 > result | {\"min\":2,\"max\":8.999999991}"
      })
  void aComparisonOfTheResultIsARange(String condition, String range) {
    assertThat(Condition.success(condition).orElseThrow().range()).hasToString(range);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "result[0] > 500; {\"max\":500}",
        "result[0] >= 500; {\"max\":499.9999995}",
        "result[0] < 0.9 || result[0] > 2; {\"min\":0.9,\"max\":2}"
      })
  void whatDoesNotFailPasses(String condition, String range) {
    assertThat(Condition.failure(condition).orElseThrow().range()).hasToString(range);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "len(result) == 0 || result[0] <= 5",
        "result[0] <= 5 || result[0] >= 9",
        "result[0] != 1",
        "result[0] >= 9 && result[0] <= 5",
        "all(result, # > 1)",
        "result[1] > 5",
        "result.ok",
        "not (result > 5)",
        "result > limit"
      })
  void anythingElseIsNone(String condition) {
    assertThat(Condition.success(condition)).isEmpty();
  }
}
