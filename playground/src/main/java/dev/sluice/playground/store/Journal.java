package dev.sluice.playground.store;

/// Hears of every write before it is done.
@FunctionalInterface
interface Journal {

  /// For objects that nobody needs after this process.
  Journal NONE = _ -> {};

  /// @throws NotWritten when the entry is not kept; the write must not be done then
  void write(Entry entry);
}
