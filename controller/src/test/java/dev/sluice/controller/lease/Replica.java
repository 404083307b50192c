package dev.sluice.controller.lease;

import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.virtual.FaultyApiServer;
import dev.sluice.playground.virtual.VirtualWorld;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// One replica of the controller in a virtual world: its lease, its line to the API server, and,
/// while it leads, the real reconciler with nothing in its memory.
final class Replica implements VirtualWorld.Part {
  static final ObjectRef LEASE = new ObjectRef(VirtualWorld.NAMESPACE, "sluice");

  /// A write that reached the API server.
  record Write(Instant at, String what) {}

  private final VirtualWorld world;
  private final VirtualController.Outside outside;
  private final FaultyApiServer line;
  private final List<Write> writes = new ArrayList<>();
  private final Elector elector;
  private Optional<VirtualController> work = Optional.empty();
  private Optional<Tenure> tenure = Optional.empty();
  private Instant nextLook;
  private Optional<Instant> frozenUntil = Optional.empty();

  Replica(VirtualWorld world, String name, VirtualController.Outside outside) {
    this.world = world;
    this.outside = outside;
    this.nextLook = world.now();
    this.line = new FaultyApiServer(new Recorded(world.api()));
    Instant began = world.now();
    this.elector =
        new Elector(
            PlaygroundCluster.over(line, List.of(), (kind, object) -> {}),
            LEASE,
            name,
            Timing.DEFAULT,
            () -> Duration.between(began, world.now()),
            world.clock(),
            new Elector.News() {
              @Override
              public void leading(GenericKubernetesResource lease) {}

              @Override
              public void stopped(GenericKubernetesResource lease, String why) {}

              @Override
              public void released(GenericKubernetesResource lease) {}
            });
  }

  private final class Recorded implements ApiServer {
    private final ApiServer api;

    Recorded(ApiServer api) {
      this.api = api;
    }

    @Override
    public Answer handle(Call call) {
      if (!call.method().equals("GET") && !call.path().contains("/" + Kind.LEASE.plural())) {
        writes.add(new Write(world.now(), call.method() + " " + call.path()));
      }
      return api.handle(call);
    }

    @Override
    public AutoCloseable watch(
        Call call, Consumer<com.fasterxml.jackson.databind.node.ObjectNode> f) {
      return api.watch(call, f);
    }
  }

  /// The line to the API server, for faults.
  FaultyApiServer line() {
    return line;
  }

  boolean leads() {
    return tenure.filter(Tenure::isHeld).isPresent();
  }

  /// Does nothing for a while, not even look at its lease, as a machine that swaps or sleeps. Then
  /// it goes on with what it was at.
  void freeze(Duration time) {
    frozenUntil = Optional.of(world.now().plus(time));
  }

  void end() throws InterruptedException {
    work.ifPresent(VirtualController::kill);
    work = Optional.empty();
    elector.release();
    tenure = Optional.empty();
    world.remove(this);
  }

  void kill() {
    work.ifPresent(VirtualController::kill);
    world.remove(this);
  }

  List<Write> writesSince(Instant time) {
    return writes.stream().filter(write -> !write.at().isBefore(time)).toList();
  }

  @Override
  public Optional<Instant> nextDue() {
    if (frozenUntil.isPresent()) {
      return frozenUntil;
    }
    return Stream.of(Optional.of(nextLook), work.flatMap(VirtualController::nextDue))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  @Override
  public void run(Instant now) {
    if (frozenUntil.filter(now::isBefore).isPresent()) {
      return;
    }
    // Who wakes up goes on with its passes before it looks at its lease: the worst order.
    frozenUntil = Optional.empty();
    work.ifPresent(VirtualController::look);
    if (!now.isBefore(nextLook)) {
      nextLook = now.plus(elector.look());
      follow();
    }
  }

  private void follow() {
    if (elector.tenure().equals(tenure)) {
      return;
    }
    work.ifPresent(VirtualController::kill);
    tenure = elector.tenure();
    work =
        tenure.map(held ->
            new VirtualController(line, outside, Duration.ofSeconds(1), world.clock(), held));
  }
}
