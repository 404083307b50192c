package dev.sluice.controller.rollout;

import dev.sluice.mesh.Split;

/// One write to the cluster. Each can be repeated without harm, and each does nothing when what it
/// asks for is already so. They are carried out in order; when one fails the rest waits for the
/// next tick.
public sealed interface Action {

  /// Makes the `-canary` and `-primary` Services as wanted.
  record EnsureServices() implements Action {}

  /// Copies the target's template, with its config, to the primary, which is created if need be,
  /// and notes the revision on it. Refused if the target is no longer this revision.
  ///
  /// @param pods of a primary that has to be made
  record CopyToPrimary(Revision revision, int pods) implements Action {}

  /// Makes the apex Service select the primary.
  record PointApexAtPrimary() implements Action {}

  /// Makes the mesh's objects as wanted and gives the canary this, the primary the rest.
  record Route(Split split) implements Action {}

  /// Leads what is left of a former mesh to the apex, and leaves it to nobody; as it was found,
  /// where somebody else made it.
  record GiveBackFormer() implements Action {}

  record ScaleTarget(int replicas) implements Action {}

  record ScalePrimary(int replicas) implements Action {}

  /// Puts our finalizer on the Canary, so that its deletion waits for the target.
  record Guard() implements Action {}

  /// Leads everything that callers reach to the target again: the apex Service, then the mesh's
  /// objects; as they were found, where somebody else made them. They stay when the Canary goes.
  record GiveBack() implements Action {}

  /// The same with what others had made before the Canary, and only that, since the target is gone:
  /// whoever makes it again finds it reached as before. What cannot be given back goes on as it is.
  record GiveBackFound() implements Action {}

  /// Takes the Canary's ownership off all that it owns, so that nothing is deleted with it.
  record LeaveBehind() implements Action {}

  /// Takes our finalizer off the Canary.
  record Release() implements Action {}

  /// Makes the primary's copy of the target's autoscaler as wanted, never to go below `least` pods.
  record CopyAutoscaler(int least) implements Action {}

  /// Takes the annotation of a command that was answered off the Canary, with all that belongs to
  /// it, unless another command is there by now.
  record TakeOffCommand(String id) implements Action {}

  /// Tells an autoscaler that would start pods of an idle target to keep it at none. It stops pods,
  /// so their traffic must have left. What people told it before is kept for [WakeAutoscaler].
  record RestAutoscaler() implements Action {}

  /// Gives the target's autoscaler back what people told it: to scale, where that was nothing.
  record WakeAutoscaler() implements Action {}

  /// Makes the primary's pods protected from disruptions as the target's are, and no further.
  record CopyBudget() implements Action {}

  /// Deletes the primary's autoscalers that the spec does not ask for any more.
  record DropAutoscalers() implements Action {}
}
