"""The role of editor, in every installation: the group "Editors" may write and publish the whole site."""

from django.db import migrations

PAGES = ("add", "change", "publish", "lock", "unlock")
FILES = [("cms", "picture"), ("wagtaildocs", "document")]


def permission(apps, app_label, model, codename):
    """The permission of that name, made if need be: Django only makes them after all migrations."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": codename.replace("_", " ").capitalize()}
    )
    return found


def grant(apps, schema_editor):
    editors, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Editors")
    editors.permissions.add(
        permission(apps, "wagtailadmin", "admin", "access_admin"),
        permission(apps, "cms", "sitesettings", "change_sitesettings"),
        permission(apps, "simple_translation", "simpletranslation", "submit_translation"),
    )
    root = apps.get_model("wagtailcore", "Page").objects.get(depth=1)
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    for action in PAGES:
        GroupPagePermission.objects.get_or_create(
            group=editors, page=root, permission=permission(apps, "wagtailcore", "page", f"{action}_page")
        )
    collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for app_label, model in FILES:
        for action in ("add", "change", "choose"):
            GroupCollectionPermission.objects.get_or_create(
                group=editors, collection=collection, permission=permission(apps, app_label, model, f"{action}_{model}")
            )


def revoke(apps, schema_editor):
    """Back to writing without publishing, as Wagtail's own migrations leave the group."""
    editors = apps.get_model("auth", "Group").objects.get(name="Editors")
    extra = [f"{action}_page" for action in PAGES if action not in ("add", "change")]
    apps.get_model("wagtailcore", "GroupPagePermission").objects.filter(
        group=editors, permission__codename__in=extra
    ).delete()
    editors.permissions.remove(*editors.permissions.filter(codename__in=["change_sitesettings", "submit_translation"]))


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_first_pages"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("simple_translation", "0001_initial"),
        ("wagtailadmin", "0003_admin_managed"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
