"""Survey files in and out, without a database: GeoJSON, GeoPackage, Shapefile, KML, DXF, xlsx."""
