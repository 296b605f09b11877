"""The fiche of a quartier, and the contribution of a territory: two renderings of one content."""
