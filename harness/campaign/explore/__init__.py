"""Random stories: decision stories on a pool of HAN stories, all drawn from a seed; what fails is shrunk."""
