"""Finding the scene that a picture shows: prediction, screening of configurations, gradient steps, evolution."""
