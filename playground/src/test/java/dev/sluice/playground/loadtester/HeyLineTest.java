package dev.sluice.playground.loadtester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeyLineTest {

  @Test
  void theLineOfTheManifestIsUnderstood() {
    var line = HeyLine.parse("hey -z 1m -q 10 -c 2 http://myapp-canary.production:80/");
    assertThat(line.duration()).contains(Duration.ofMinutes(1));
    assertThat(line.perSecond()).isEqualTo(10);
    assertThat(line.workers()).isEqualTo(2);
    assertThat(line.url()).hasToString("http://myapp-canary.production:80/");
    assertThat(line.method()).isEqualTo("GET");
    assertThat(line.timeout()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void everyFlagThatShapesARequestIsUnderstood() {
    var line =
        HeyLine.parse(
            "hey -n 100 -c=4 --m post -H 'X-Canary: insider' -H \"Cookie: a=b; c=d\" -d '{\"a\": 1}'"
                + " -T application/json -host app.example.com -t 3 -disable-keepalive"
                + " -disable-compression http://app/items?x=1");
    assertThat(line.requests()).isEqualTo(100);
    assertThat(line.workers()).isEqualTo(4);
    assertThat(line.method()).isEqualTo("POST");
    assertThat(line.headers())
        .containsExactly(
            new HeyLine.Header("X-Canary", "insider"),
            new HeyLine.Header("Cookie", "a=b; c=d"),
            new HeyLine.Header("Content-Type", "application/json"));
    assertThat(line.body()).isEqualTo("{\"a\": 1}");
    assertThat(line.host()).isEqualTo("app.example.com");
    assertThat(line.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(line.keepAlive()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "hey -x http://proxy http://app/ | flag -x of hey is not supported here",
        "hey -D file http://app/ | flag -D of hey is not supported here",
        "hey -h2 http://app/ | flag -h2 of hey is not supported here",
        "hey -z 1x http://app/ | flag -z of hey needs a duration such as 1m or 30s",
        "hey -z 0s http://app/ | flag -z of hey needs a duration",
        "hey -c 0 http://app/ | flag -c of hey needs a number from 1 to 200",
        "hey -c 100000 http://app/ | flag -c of hey needs a number from 1 to 200",
        "hey -q fast http://app/ | flag -q of hey needs requests per second, not 'fast'",
        "hey -n 1 -c 2 http://app/ | -n 1 is less than -c 2",
        "hey -n | flag -n of hey needs a value",
        "hey -H broken http://app/ | flag -H of hey needs NAME: VALUE, not 'broken'",
        "hey | hey needs an address",
        "hey http://a/ http://b/ | hey takes one address, 'http://b/' is another",
        "hey https://app/ | hey needs an http:// address here",
        "hey http://app/; reboot | the load tester runs hey itself, without a shell: ';'",
        "hey http://$HOST/ | without a shell: '$' is not supported",
        "hey 'http://app/ | a quote ' is not closed",
      })
  void aLineThatCannotBeRunNamesWhatIsWrong(String command, String why) {
    assertThatThrownBy(() -> HeyLine.parse(command))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void otherCommandsAreNotForHey() {
    assertThat(HeyLine.is("hey -n 1 http://app/")).isTrue();
    assertThat(HeyLine.is("/usr/bin/hey http://app/")).isTrue();
    assertThat(HeyLine.is("heyo")).isFalse();
    assertThat(HeyLine.is("curl http://app/ && hey http://app/")).isFalse();
  }
}
