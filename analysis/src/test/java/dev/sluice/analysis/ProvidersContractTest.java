package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every metric provider promises, run over the list of them.
class ProvidersContractTest {

  static List<ProviderType> types() {
    return Providers.KNOWN;
  }

  @Test
  void noTwoProvidersHaveTheSameName() {
    assertThat(types()).extracting(ProviderType::name).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("types")
  void aProviderThatIsDownIsUnavailableInBothForms(ProviderType type) throws Exception {
    Http down =
        _ -> {
          throw new IOException("no route to host");
        };
    var source = Providers.connect(provider(type), down);

    assertThat(source.number("up"))
        .isInstanceOfSatisfying(
            Sample.Unavailable.class, u -> assertThat(u.why()).contains("no route to host"));
    assertThat(source.table("up")).isInstanceOf(Table.None.class);
  }

  @ParameterizedTest
  @MethodSource("types")
  void nonsenseFromTheOutsideIsUnavailableAndNeverAnException(ProviderType type) throws Exception {
    for (var body : List.of("", "null", "[]", "{\"data\":{\"result\":[[]]}}", "<html>", "\u0000")) {
      Http nonsense = _ -> new Http.Response(200, body.getBytes(StandardCharsets.UTF_8));

      assertThat(Providers.connect(provider(type), nonsense).number("up"))
          .as(body)
          .isInstanceOf(Sample.Unavailable.class);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void noSecretIsShown(ProviderType type) throws Exception {
    Http refusing = _ -> new Http.Response(401, new byte[0]);

    var sample = Providers.connect(provider(type), refusing).number("up");

    assertThat(sample + " " + provider(type)).doesNotContain("s3cret").doesNotContain("hidden");
  }

  private static Provider provider(ProviderType type) {
    return new Provider(
        type.name(),
        "http://hidden:hidden@metrics.example.com",
        Map.of(),
        Credentials.of(Map.of("token", "s3cret")),
        false);
  }
}
