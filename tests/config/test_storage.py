from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.storage import StaticFiles


def addresses(kind, folder):
    storage = kind(location=folder, base_url="/static/")
    storage.hashed_files = {"css/site.css": "css/site.0123456789ab.css"}
    return [storage.url("css/site.css") for _ in range(2)]


def test_addresses_are_whitenoises_own(tmp_path, settings):
    assert addresses(StaticFiles, tmp_path) == addresses(CompressedManifestStaticFilesStorage, tmp_path)
    assert addresses(StaticFiles, tmp_path)[1] == "/static/css/site.0123456789ab.css"

    settings.DEBUG = True  # where files change while the process runs
    assert addresses(StaticFiles, tmp_path) == ["/static/css/site.css"] * 2
