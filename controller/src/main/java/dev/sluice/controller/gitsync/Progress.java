package dev.sluice.controller.gitsync;

import static dev.sluice.crds.Condition.READY;
import static dev.sluice.crds.Condition.RECONCILING;
import static dev.sluice.crds.Condition.STALLED;

import dev.sluice.crds.Condition;
import dev.sluice.crds.Condition.Status;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.fetch.Revision;
import dev.sluice.gitops.plan.Inventory;
import dev.sluice.gitops.render.ObjectKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The status of a GitSync, step by step, and what each step is worth telling. Pure.
///
/// Conditions mean what kstatus says: `Ready` as a whole; `Reconciling` while it will go on by
/// itself; `Stalled` while only a person can help.
final class Progress {
  static final String REQUESTED = "reconcile.fluxcd.io/requestedAt";
  static final String SUCCEEDED = "ReconciliationSucceeded";

  private Progress() {}

  /// What an Event says.
  ///
  /// @param type `Normal` or `Warning`
  record News(String type, String reason, String message) {}

  /// Before the first write of a pass: everything that may be written is remembered.
  static GitSync.Status begun(
      GitSync sync, Revision revision, Inventory union, Set<ObjectRef> handingOver, Instant now) {
    GitSync.Status old = sync.status();
    String what = "applying " + revision.brief();
    long generation = sync.metadata().generation();
    List<Condition> conditions = Condition.remove(old.conditions(), STALLED);
    conditions =
        Condition.put(
            conditions,
            Condition.of(RECONCILING, Status.TRUE, Handovers.APPLYING, what, generation, now));
    // A retry of what failed goes on saying so.
    boolean first = !revision.toString().equals(old.lastAttemptedRevision());
    if (first && !revision.toString().equals(old.lastAppliedRevision())) {
      conditions =
          Condition.put(
              conditions,
              Condition.of(READY, Status.UNKNOWN, "Progressing", what, generation, now));
    }
    return new GitSync.Status(
        generation,
        conditions,
        revision.toString(),
        old.lastAppliedRevision(),
        old.lastHandledReconcileAt(),
        written(union),
        handingOver.stream().map(ObjectRef::toString).toList(),
        old.news());
  }

  /// After a pass that did everything.
  static GitSync.Status done(GitSync sync, Outcome.Done done, Instant now) {
    Revision revision = done.snapshot().revision();
    String subject = done.snapshot().subject();
    String message =
        "applied "
            + revision.brief()
            + (subject.isEmpty() ? "" : ": " + subject)
            + (done.left().isEmpty()
                ? ""
                : "; left to what drives them: " + Changes.some(done.left(), 3));
    List<Condition> conditions =
        Condition.put(
            settled(sync.status().conditions()),
            Condition.of(
                READY, Status.TRUE, SUCCEEDED, message, sync.metadata().generation(), now));
    return new GitSync.Status(
        sync.metadata().generation(),
        conditions,
        revision.toString(),
        revision.toString(),
        requested(sync),
        written(done.inventory()),
        List.of(),
        sync.status().news());
  }

  /// After a pass that could not. The inventory stays as it was written before the first write.
  ///
  /// @param attempted the revision that was tried; empty when not even that is known
  static GitSync.Status failed(
      GitSync sync, Trouble trouble, Optional<Revision> attempted, Instant now) {
    GitSync.Status old = sync.status();
    long generation = sync.metadata().generation();
    List<Condition> conditions =
        Condition.put(
            settled(old.conditions()),
            Condition.of(READY, Status.FALSE, trouble.reason(), trouble.why(), generation, now));
    conditions =
        Condition.put(
            conditions,
            trouble.needsEdit()
                ? Condition.of(
                    STALLED, Status.TRUE, trouble.reason(), trouble.why(), generation, now)
                : Condition.of(
                    RECONCILING,
                    Status.TRUE,
                    "ProgressingWithRetry",
                    trouble.why(),
                    generation,
                    now));
    return new GitSync.Status(
        generation,
        keepTimes(old.conditions(), conditions),
        attempted.map(Revision::toString).orElse(old.lastAttemptedRevision()),
        old.lastAppliedRevision(),
        requested(sync),
        old.inventory(),
        old.handingOver(),
        old.news());
  }

  /// What is new since the status before; one thing at most.
  static Optional<News> news(GitSync.Status before, GitSync.Status after, Outcome outcome) {
    Optional<Condition> old = before.condition(READY);
    return switch (outcome) {
      case Outcome.Done done -> {
        boolean newRevision =
            !String.valueOf(after.lastAppliedRevision()).equals(before.lastAppliedRevision());
        boolean recovered = old.filter(Condition::isTrue).isEmpty();
        String brief = done.snapshot().revision().brief();
        if (newRevision) {
          yield Optional.of(
              new News(
                  "Normal",
                  "Applied",
                  "applied %s (%s): %s"
                      .formatted(brief, done.snapshot().subject(), done.changes().told())));
        }
        if (done.changes().any()) {
          yield Optional.of(
              new News(
                  "Normal",
                  "DriftCorrected",
                  "the cluster is again as " + brief + " says: " + done.changes().told()));
        }
        yield recovered
            ? Optional.of(new News("Normal", "Recovered", "the cluster is as " + brief + " says"))
            : Optional.empty();
      }
      case Outcome.Waiting _ -> Optional.empty();
      case Outcome.Failed(Trouble trouble, Changes _) -> {
        boolean told =
            old.filter(c -> c.status() == Status.FALSE && c.reason().equals(trouble.reason()))
                    .isPresent()
                && (!trouble.needsEdit()
                    || trouble.why().equals(old.map(Condition::message).orElse("")))
                && String.valueOf(after.lastAttemptedRevision())
                    .equals(before.lastAttemptedRevision());
        yield told
            ? Optional.empty()
            : Optional.of(new News("Warning", trouble.reason(), trouble.why()));
      }
    };
  }

  /// What a merge patch has to say to make one status of the other; null takes a field away.
  @SuppressWarnings("NullAway") // null is how a merge patch removes a field
  static Map<String, Object> patch(GitSync.Status before, GitSync.Status after) {
    Map<String, Object> old = before.toMap();
    var patch = new LinkedHashMap<String, Object>(after.toMap());
    patch.entrySet().removeIf(entry -> entry.getValue().equals(old.get(entry.getKey())));
    old.keySet().stream()
        .filter(field -> !after.toMap().containsKey(field))
        .forEach(field -> patch.put(field, null));
    return patch;
  }

  static Inventory inventory(GitSync.Status status) {
    var versions = new TreeMap<ObjectKey, String>();
    GitSync.Inventory written = status.inventory();
    if (written != null) {
      for (GitSync.Entry entry : written.entries()) {
        ObjectKey.parse(entry.id()).ifPresent(key -> versions.put(key, entry.v()));
      }
    }
    return new Inventory(versions);
  }

  private static GitSync.Inventory written(Inventory inventory) {
    return new GitSync.Inventory(
        inventory.versions().entrySet().stream()
            .map(entry -> new GitSync.Entry(entry.getKey().id(), entry.getValue()))
            .toList());
  }

  private static List<Condition> settled(List<Condition> conditions) {
    return Condition.remove(Condition.remove(conditions, RECONCILING), STALLED);
  }

  /// A condition that was taken out and put back unchanged has not changed.
  private static List<Condition> keepTimes(List<Condition> old, List<Condition> wanted) {
    List<Condition> merged =
        old.stream().filter(c -> Condition.find(wanted, c.type()).isPresent()).toList();
    for (Condition condition : wanted) {
      merged = Condition.put(merged, condition);
    }
    return merged;
  }

  private static @Nullable String requested(GitSync sync) {
    String asked = sync.metadata().annotations().get(REQUESTED);
    return asked == null ? sync.status().lastHandledReconcileAt() : asked;
  }
}
