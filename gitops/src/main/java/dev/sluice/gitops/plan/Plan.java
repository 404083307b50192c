package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a pass does to the cluster, in this order: the stages one after the other, then the
/// removals.
///
/// @param stages never empty lists; objects that would not change are in none
public record Plan(List<Stage> stages, Pruning pruning) {
  public Plan {
    stages = List.copyOf(stages);
  }

  /// Objects that may be written one after the other. The first stage must be ready before the next
  /// may be written, if it is [Order#FOUNDATIONS].
  public record Stage(Order order, List<Apply> steps) {
    public Stage {
      steps = List.copyOf(steps);
    }
  }

  /// One object to apply.
  ///
  /// @param drift where it changes the live object; empty when it creates one, or is not known yet
  public record Apply(Manifest payload, Optional<Live> live, List<String> drift) {
    public Apply {
      drift = List.copyOf(drift);
    }

    public boolean creates() {
      return live.isEmpty();
    }
  }

  /// An object and what trying it out showed.
  public record Tried(Manifest payload, Optional<Live> live, Trial trial) {}

  /// The outcome of a dry run.
  public sealed interface Trial {
    record WouldBe(Live object) implements Trial {}

    /// Its kind or namespace is made by the same set and is not there yet.
    record NotYet() implements Trial {}
  }

  /// Orders what has to be applied.
  public static List<Stage> stages(Collection<Tried> all) {
    var byOrder = new TreeMap<Order, List<Apply>>();
    for (Tried tried : all) {
      Optional<Apply> apply = apply(tried);
      apply.ifPresent(step ->
          byOrder
              .computeIfAbsent(Order.of(tried.payload().key()), order -> new ArrayList<>())
              .add(step));
    }
    var stages = new ArrayList<Stage>();
    byOrder.forEach((order, steps) -> {
      steps.sort(Comparator.comparing(step -> step.payload().key(), Order.APPLYING));
      stages.add(new Stage(order, steps));
    });
    return List.copyOf(stages);
  }

  private static Optional<Apply> apply(Tried tried) {
    return switch (tried.trial()) {
      case Trial.NotYet() -> Optional.of(new Apply(tried.payload(), tried.live(), List.of()));
      case Trial.WouldBe(Live wouldBe) -> {
        List<String> drift =
            tried.live().map(live -> Drift.between(live, wouldBe)).orElse(List.of());
        yield tried.live().isEmpty() || !drift.isEmpty()
            ? Optional.of(new Apply(tried.payload(), tried.live(), drift))
            : Optional.empty();
      }
    };
  }

  /// What a look at an object of the inventory showed.
  public sealed interface Found {
    record Present(Live object) implements Found {}

    /// The server answered that there is no such object.
    record Gone() implements Found {}

    /// There was no answer that could be trusted.
    ///
    /// @param why one clause
    record Unknown(String why) implements Found {}
  }

  /// What became of objects that the inventory holds and Git does not.
  ///
  /// @param delete first what depends on others: a later group only once the earlier ones are gone
  /// @param terminating deleted before, not gone yet
  /// @param gone may be taken out of the inventory
  /// @param kept stay in the cluster and leave the inventory, with the reason
  /// @param held why nothing is deleted this time; then all stays in the inventory
  public record Pruning(
      List<List<Removal>> delete,
      List<ObjectKey> terminating,
      List<ObjectKey> gone,
      Map<ObjectKey, String> kept,
      Optional<String> held) {
    public static final Pruning NOTHING =
        new Pruning(List.of(), List.of(), List.of(), Map.of(), Optional.empty());

    static Pruning held(String why) {
      return new Pruning(List.of(), List.of(), List.of(), Map.of(), Optional.of(why));
    }
  }

  /// @param uid only this incarnation is deleted
  public record Removal(ObjectKey key, String apiVersion, String uid) {}
}
