package dev.sluice.playground.virtual;

import dev.sluice.playground.api.Call;

/// What goes wrong with one call of the API server.
public enum Fault {
  /// Nothing.
  NONE,
  /// No connection: the call was not carried out.
  REFUSED,
  /// The time was up before the call was carried out; it never will be.
  TIMEOUT,
  /// The call was carried out, and its answer got lost.
  LOST_ANSWER,
  /// Somebody else wrote the object first.
  CONFLICT,
  /// What the caller asked to go on from is too old.
  GONE,
  /// An admission rule does not allow it.
  DENIED,
  /// The server failed before it did anything.
  SERVER_ERROR,
  /// The caller dies before the call.
  CRASH_BEFORE,
  /// The caller dies after the call was carried out.
  CRASH_AFTER;

  /// Chooses what goes wrong with a call.
  @FunctionalInterface
  public interface Source {
    Source NEVER = _ -> NONE;

    Fault at(Call call);
  }
}
