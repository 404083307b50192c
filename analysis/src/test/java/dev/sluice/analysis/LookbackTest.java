package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookbackTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          up                                                       | PT0S
          rate(x[5m])                                              | PT5M
          rate(x[ 1m30s ]) / rate(y[90s])                          | PT1M30S
          sum(rate(a[1m])) / sum(rate(b[2h]))                      | PT2H
          max_over_time(rate(x[1m])[30m:10s])                      | PT30M
          max_over_time(x[1d:])                                    | PT24H
          increase(x[300])                                         | PT5M
          rate(x[500ms])                                           | PT0.5S
          rate(x[1m]) / rate(x[1m] offset 1w)                      | PT1M
          rate(x[1m] offset 1w) / rate(x[7d] offset 1w)            | PT0S
          rate(x{path="/a[5m]", le=~'[0-9]h'}[1m])                 | PT1M
          rate(x{path="a\\"[5m]"}[1m])                             | PT1M
          up # not [1h]                                            | PT0S
          """)
  void theLongestRangeOfAQueryIsFound(String query, Duration longest) {
    assertThat(Lookback.of(query)).isEqualTo(longest);
  }
}
