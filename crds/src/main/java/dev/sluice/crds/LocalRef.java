package dev.sluice.crds;

import dev.sluice.crds.shape.Field;

/// A reference to an object in the same namespace.
public record LocalRef(@Field(value = "Name of the object.", required = true) String name) {}
