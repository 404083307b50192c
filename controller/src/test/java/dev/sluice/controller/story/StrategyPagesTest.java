package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every page about a strategy shows a manifest that works, and a picture of what then happens: the
/// manifest is applied to the playground's world, a good and a bad release are made, and the
/// picture is drawn from what was seen. `-Dsluice.update=true` draws it anew.
class StrategyPagesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("sluice.root", ".."), "docs", "strategies");
  private static final Pattern MANIFEST =
      Pattern.compile("(?m)^```yaml\n(apiVersion: flagger.app/v1beta1\n.*?)^```$", Pattern.DOTALL);
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String BAD = "\"playground.sluice.dev/error-rate\":\"0.2\"";

  /// What chance does to some hundreds of requests.
  private static final double POINTS = 8;

  static List<String> pages() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".md"))
          .map(name -> name.substring(0, name.length() - ".md".length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void aGoodReleaseIsPromotedABadOneIsRolledBackAndThePictureShowsBoth(String page)
      throws IOException {
    String text = Files.readString(FOLDER.resolve(page + ".md"));
    String manifest = manifest(text);
    JsonNode canary = YAML.readTree(manifest);
    boolean matched = canary.at("/spec/analysis").has("match");
    try (World world = onboarded(manifest, matched)) {
      loadTest(world, canary, 10);
      String group = matched ? "who match" : "";
      Timeline well = Timeline.of(Myapp.release(world, "1.1.0"), group);
      assertThat(world.phase("myapp")).isEqualTo("Succeeded");
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(well.answeredByNobody()).isZero();
      assertThat(well.furthestOff()).isLessThan(POINTS);

      Timeline ill = Timeline.of(Myapp.release(world, "1.2.0", BAD), group);
      assertThat(world.phase("myapp")).isEqualTo("Failed");
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(ill.answeredByNobody()).isZero();
      assertThat(well.othersAtTheCanary() + ill.othersAtTheCanary()).isZero();
      assertThat(ill.furthestOff()).isLessThan(POINTS);
      loadTest(world, canary, 0);
      world.answered().clear();
      world.run(Duration.ofSeconds(10));
      assertThat(world.answered()).containsOnlyKeys("myapp-primary");

      String who = matched ? "users who match" : "users";
      compare(page, TimelineDrawing.of(who, matched, well, ill));
      assertThat(text).contains("(pictures/" + page + ".svg)");
    }
  }

  private static World onboarded(String manifest, boolean matched) {
    World world = Myapp.onboarded(1, Myapp.deployment("1.0.0"), manifest);
    return matched ? world.alsoTraffic("who match", 10, "x-canary", "insider") : world;
  }

  /// What the page's webhook of that name would do.
  private static void loadTest(World world, JsonNode canary, int perSecond) {
    for (JsonNode hook : canary.at("/spec/analysis/webhooks")) {
      if (hook.path("name").asText().equals("load-test")) {
        world.loadTest(perSecond);
      }
    }
  }

  private static String manifest(String page) {
    Matcher found = MANIFEST.matcher(page);
    assertThat(found.find()).as("a whole Canary on the page").isTrue();
    return found.group(1);
  }

  private static void compare(String page, String drawn) {
    Path picture = FOLDER.resolve("pictures").resolve(page + ".svg");
    try {
      if (Boolean.getBoolean("sluice.update")) {
        Files.createDirectories(picture.getParent());
        Files.writeString(picture, drawn);
      }
      assertThat(shape(Files.readString(picture)))
          .as("out of date: run the tests with -Dsluice.update=true, look at it and commit")
          .isEqualTo(shape(drawn));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Shares, checks and phases in their order; a second more or less is no other picture.
  private static String shape(String drawn) {
    return drawn.replaceAll(" (x[12]?|width)=\"[0-9.]+\"", "").replaceAll("H[0-9.]+", "H");
  }
}
