package dev.sluice.controller.http;

import dev.sluice.controller.http.HttpFailure.Cause;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Any [Http] with limits on top: so many requests at once, in all and to one host, a pause for
/// hosts that do not answer, and further tries where a request asks for them. A permit is given
/// back before a wait, and one host never takes them all, so that a dead or slow host holds up
/// nobody else.
public final class ResilientHttp implements Http, AutoCloseable {
  /// Hosts beyond that are forgotten, those asked longest ago first.
  private static final int MOST_HOSTS = 512;

  private static final double JITTER = 0.3;

  private final Http oneTry;
  private final Runnable close;
  private final Semaphore permits;
  private final CircuitBreakerConfig breaking;
  private final int perHost;
  private final Map<String, Host> hosts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Host> eldest) {
          return size() > MOST_HOSTS;
        }
      };

  /// What is known of a host.
  private record Host(Semaphore permits, CircuitBreaker breaker) {}

  /// @param atOnce most requests under way
  /// @param perHost most requests under way to one host
  /// @param calls how many of the last requests to a host are looked at
  /// @param pause how long a host that failed four of five of them is left alone
  public record Limits(int atOnce, int perHost, int calls, Duration pause) {
    public static final Limits DEFAULT = new Limits(512, 64, 20, Duration.ofSeconds(5));
  }

  private ResilientHttp(Http oneTry, Runnable close, Limits limits) {
    this.oneTry = oneTry;
    this.close = close;
    this.permits = new Semaphore(limits.atOnce(), true);
    this.perHost = limits.perHost();
    this.breaking =
        CircuitBreakerConfig.custom()
            .slidingWindow(limits.calls(), limits.calls() / 2, SlidingWindowType.COUNT_BASED)
            .failureRateThreshold(80)
            .waitDurationInOpenState(limits.pause())
            .permittedNumberOfCallsInHalfOpenState(2)
            .maxWaitDurationInHalfOpenState(limits.pause())
            // an answer of any status is an answer: one canary's failing webhook says nothing about
            // the host that serves those of others
            .recordException(e -> e instanceof HttpFailure f && f.kind() == Cause.NO_ANSWER)
            .ignoreException(e -> !(e instanceof HttpFailure f && f.kind() == Cause.NO_ANSWER))
            .writableStackTraceEnabled(false)
            .build();
  }

  /// Over Vert.x, which stays the caller's to close.
  public static ResilientHttp over(Vertx vertx, Limits limits) {
    VertxHttp plain = new VertxHttp(vertx, limits.perHost());
    return new ResilientHttp(plain, plain::close, limits);
  }

  @Override
  public Response send(Request request) throws HttpFailure, InterruptedException {
    Retry retry = Retry.of("http", retries(request));
    try {
      return retry.executeCallable(() -> attempt(request));
    } catch (HttpFailure | InterruptedException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting for another try");
      }
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a request throws nothing else", e);
    }
  }

  private Response attempt(Request request) throws HttpFailure, InterruptedException {
    Host host = host(request);
    // Its own permit first: whoever waits for a slow host must not hold one that others need.
    return permitted(
        host.permits(), request, () -> permitted(permits, request, () -> tried(host, request)));
  }

  private interface Attempt {
    Response run() throws HttpFailure, InterruptedException;
  }

  private static Response permitted(Semaphore permits, Request request, Attempt attempt)
      throws HttpFailure, InterruptedException {
    if (!permits.tryAcquire(request.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
      throw new HttpFailure(
          Cause.LEFT_ALONE, request.host() + " was not asked: too many requests are under way");
    }
    try {
      return attempt.run();
    } finally {
      permits.release();
    }
  }

  private Response tried(Host host, Request request) throws HttpFailure, InterruptedException {
    try {
      return host.breaker().executeCallable(() -> oneTry.send(request));
    } catch (CallNotPermittedException _) {
      throw new HttpFailure(
          Cause.LEFT_ALONE,
          request.host() + " did not answer lately and is left alone for seconds");
    } catch (HttpFailure | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a request throws nothing else", e);
    }
  }

  private Host host(Request request) {
    // a short name means another host in another namespace
    String key = request.host() + request.proxy().map(proxy -> "@" + proxy.user()).orElse("");
    synchronized (hosts) {
      return hosts.computeIfAbsent(
          key, name -> new Host(new Semaphore(perHost, true), CircuitBreaker.of(name, breaking)));
    }
  }

  /// Hosts that did not answer lately and are not asked at present, in order.
  public List<String> leftAlone() {
    synchronized (hosts) {
      return hosts.entrySet().stream()
          .filter(e -> e.getValue().breaker().getState() == CircuitBreaker.State.OPEN)
          .map(e -> e.getKey().replaceFirst("@.*", ""))
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static RetryConfig retries(Request request) {
    Retries wanted = request.retries();
    RetryConfig.Builder<Response> config =
        RetryConfig.<Response>custom()
            .maxAttempts(1 + wanted.count())
            .failAfterMaxAttempts(false)
            .retryOnResult(ResilientHttp::mayPass)
            .retryOnException(e ->
                e instanceof HttpFailure failure
                    && (failure.kind() == Cause.NO_ANSWER || failure.kind() == Cause.LEFT_ALONE));
    if (wanted.count() > 0) {
      IntervalFunction backoff =
          IntervalFunction.ofExponentialRandomBackoff(wanted.first(), 2, JITTER, wanted.longest());
      config.intervalBiFunction(
          (tries, outcome) -> Math.max(backoff.apply(tries), asked(outcome, wanted)));
    }
    return config.build();
  }

  private static boolean mayPass(Response response) {
    int status = response.status();
    return status == 429 || (status >= 500 && status != 501);
  }

  /// What the server asks for, in milliseconds.
  private static long asked(Either<Throwable, Response> outcome, Retries wanted) {
    if (outcome.isLeft()) {
      return 0;
    }
    return outcome
        .get()
        .header("retry-after")
        .filter(text -> text.matches("[0-9]{1,9}"))
        .map(text -> Math.min(Long.parseLong(text) * 1000, wanted.longest().toMillis()))
        .orElse(0L);
  }

  @Override
  public void close() {
    close.run();
  }
}
