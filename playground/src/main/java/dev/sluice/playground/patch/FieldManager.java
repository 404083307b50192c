package dev.sluice.playground.patch;

/// Who writes, through which door.
///
/// @param name `fieldManager`, or the part of the user agent before the first slash
/// @param apiVersion of the object as written
/// @param subresource `status`, `scale`, or empty for the object itself
public record FieldManager(String name, String apiVersion, String subresource) {}
