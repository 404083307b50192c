package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.ObjectRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a receiver of webhooks does, well or not, and what becomes of a release at each of its
/// types.
class WebhookAnswersTest {
  private static final String URL = "http://gate.shop:8080/check?token=hidden";

  /// What a receiver does when it is asked.
  enum Receiver {
    ANSWERS_503("it answered 503: down for maintenance"),
    ANSWERS_429_AND_COMES_BACK_IN_AN_HOUR("it answered 429: busy"),
    REDIRECTS("it answered 307"),
    HANGS_UP("it failed: http://gate.shop:8080 did not answer: the connection was lost"),
    NEVER_ANSWERS("it failed: http://gate.shop:8080 did not answer within 10000 ms");

    private final String says;

    Receiver(String says) {
      this.says = says;
    }

    Http.Response answer(Http.Request request, Story story) throws HttpFailure {
      return switch (this) {
        case ANSWERS_503 -> response(503, Map.of(), "down for maintenance");
        case ANSWERS_429_AND_COMES_BACK_IN_AN_HOUR ->
            response(429, Map.of("retry-after", List.of("3600")), "busy");
        case REDIRECTS ->
            response(307, Map.of("location", List.of("http://elsewhere.example.com/")), "");
        case HANGS_UP ->
            throw new HttpFailure(
                HttpFailure.Cause.NO_ANSWER,
                request.host() + " did not answer: the connection was lost");
        case NEVER_ANSWERS -> {
          for (long i = 0; i < request.timeout().toSeconds(); i++) {
            story.cluster.pass(0);
          }
          throw new HttpFailure(
              HttpFailure.Cause.NO_ANSWER,
              request.host() + " did not answer within " + request.timeout().toMillis() + " ms");
        }
      };
    }
  }

  private static Http.Response response(
      int status, Map<String, List<String>> headers, String body) {
    return new Http.Response(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private static Stream<Arguments> everyWay() {
    return Stream.of(HookType.values())
        .flatMap(type -> Stream.of(Receiver.values()).map(does -> Arguments.of(type, does)));
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void noReceiverThatIsNotWellStopsMoreThanItIsThereFor(HookType type, Receiver receiver) {
    var story = asked(type, receiver).deploy(Story.V2);

    switch (type) {
      case CONFIRM_ROLLOUT -> {
        story.until("Waiting").run(Duration.ofHours(2));
        assertThat(story.phase().name()).isEqualTo("Waiting");
        assertThat(story.held()).contains(HoldReason.ROLLOUT_NOT_CONFIRMED);
        assertThat(hold(story)).endsWith(receiver.says);
        assertThat(story.target().replicas).isZero();
      }
      case PRE_ROLLOUT -> {
        story.until("Failed");
        assertThat(story.weights()).as("nobody was sent to it").isEmpty();
        assertThat(story.alerts().getLast()).contains("Failed checks threshold", receiver.says);
        assertThat(asked(story)).isEqualTo(5);
      }
      case ROLLOUT -> {
        story.until("Failed");
        assertThat(story.weights()).containsExactly(10, 0);
        assertThat(story.alerts().getLast()).contains("Failed checks threshold", receiver.says);
        assertThat(asked(story)).isEqualTo(5);
      }
      case CONFIRM_TRAFFIC_INCREASE -> {
        story.run(Duration.ofHours(2));
        assertThat(story.phase().name()).isEqualTo("Progressing");
        assertThat(story.weights()).isEmpty();
        assertThat(story.held()).contains(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED);
        assertThat(hold(story)).endsWith(receiver.says);
      }
      case CONFIRM_PROMOTION -> {
        story.until("WaitingPromotion").run(Duration.ofHours(2));
        assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50);
        assertThat(story.held()).contains(HoldReason.PROMOTION_NOT_CONFIRMED);
        assertThat(hold(story)).endsWith(receiver.says);
      }
      case ROLLBACK -> {
        story.until("Succeeded");
        assertThat(story.events()).doesNotContain("CheckFailed", "Held", "RollingBack");
        assertThat(asked(story)).as("at each check").isGreaterThan(4);
      }
      case POST_ROLLOUT -> {
        story.until("Succeeded").run(60);
        assertThat(story.events()).contains("PostRolloutFailed");
        assertThat(story.messages().toString()).contains(receiver.says);
        assertThat(asked(story)).as("it is not asked again").isEqualTo(1);
      }
    }
    assertThat(story.messages() + " " + story.alerts()).doesNotContain("hidden");
  }

  @ParameterizedTest
  @EnumSource(Receiver.class)
  void aReleaseThatWaitsGoesOnByItselfWhenItsReceiverIsWell(Receiver receiver) {
    for (var type :
        List.of(
            HookType.CONFIRM_ROLLOUT,
            HookType.CONFIRM_TRAFFIC_INCREASE,
            HookType.CONFIRM_PROMOTION)) {
      var story = asked(type, receiver).deploy(Story.V2).run(Duration.ofMinutes(30));
      assertThat(story.held()).isPresent();

      story.received(_ -> "").until("Succeeded");

      assertThat(story.events()).contains("Resumed");
    }
  }

  /// Rule 4 and 5 do not wait for receivers that hang.
  @ParameterizedTest
  @EnumSource(names = {"ROLLOUT", "ROLLBACK", "CONFIRM_TRAFFIC_INCREASE", "CONFIRM_PROMOTION"})
  void aChangeBackEndsTheRunWhileItsReceiverHangs(HookType type) {
    var story = Story.initialized(Story.with(Story.hook("gate", type))).deploy(Story.V2);
    if (type != HookType.CONFIRM_TRAFFIC_INCREASE) {
      story.received(_ -> type == HookType.ROLLBACK ? "it answered 403" : "").untilWeight(10);
    }
    story.received(_ -> said(Receiver.NEVER_ANSWERS, story)).run(90);

    story.deploy(Story.V1).run(60);

    assertThat(story.phase().name()).isEqualTo("Succeeded");
    assertThat(story.trafficToCanary()).isZero();
  }

  @Test
  void anAnswerWithoutContentAgreesAtEveryTypeAndEndsTheRunAtARollback() {
    for (var type : HookType.values()) {
      var story = Story.initialized(Story.with(Story.hook("gate", type)));
      story.received(_ -> over(_ -> response(204, Map.of(), ""))).deploy(Story.V2);

      story.until(type == HookType.ROLLBACK ? "Failed" : "Succeeded");

      assertThat(asked(story)).isPositive();
      assertThat(story.events()).doesNotContain("CheckFailed", "Held", "PostRolloutFailed");
    }
  }

  private static Story asked(HookType type, Receiver receiver) {
    var story = Story.initialized(Story.with(Story.hook("gate", type)));
    return story.received(_ -> said(receiver, story));
  }

  private static String said(Receiver receiver, Story story) {
    return over(request -> receiver.answer(request, story));
  }

  /// As the real caller of webhooks takes it.
  private static String over(Http http) {
    var webhook = new Webhook(null, "gate", URL, false, null, 0, false, Map.of());
    var subject = new Webhooks.Subject(new ObjectRef("shop", "web"), "Progressing", "v2");
    try {
      return new Webhooks(http, Optional.empty()).refusal(webhook, subject).orElse("");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int asked(Story story) {
    return Collections.frequency(story.asked(), "gate");
  }

  private static String hold(Story story) {
    return story.standing().hold().orElseThrow().message();
  }
}
